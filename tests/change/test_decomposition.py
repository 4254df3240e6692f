"""From wave to wave: which causes moved the score, which came and went, and who answered."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.change.decomposition import change_since, difference
from saywhy.feedback import Response, Segment
from tests.builders.answers import SLOW, report_on, response
from tests.builders.fixed_survey import survey
from tests.builders.simulated_data import QuietWaves
from tests.builders.waves import change_of, wave


def test_frequency_and_severity_are_told_apart() -> None:
    """Twice as many complaints is frequency; as many, but by detractors instead of passives, is severity."""
    more = change_of([*wave("W1", (10, 10)), *wave("W2", (20, 20), start=1000)])
    [slow] = [cause for cause in more.causes if cause.id == "support"]
    assert (slow.rate_before, slow.rate_after) == (20 / 120, 40 / 140)
    assert slow.frequency.high < 0
    assert slow.severity.low < 0 < slow.severity.high
    worse = change_of([*wave("W1", (4, 36)), *wave("W2", (36, 4), start=1000)])
    [slow] = [cause for cause in worse.causes if cause.id == "support"]
    assert slow.frequency.value == 0
    assert slow.severity.high < 0
    assert worse.causes[0] == slow


def test_the_parts_sum_to_the_change() -> None:
    """Frequencies, severities, writing and the rest sum to the difference of the scores, silent responses included."""
    change = change_of([*wave("W1", (10, 5), 50), *wave("W2", (25, 15), 20, start=1000)])
    assert change.rest is not None
    assert change.writing is not None
    parts = sum(cause.frequency.value + cause.severity.value for cause in change.causes)
    assert parts + change.writing.value + change.rest.value == pytest.approx(change.nps.value)
    assert (change.before, change.after) == ("W1", "W2")
    assert change.nps.low < change.nps.value < change.nps.high


@pytest.mark.parametrize("size", [1, 2])
def test_after_a_wave_of_few_responses_nothing_is_significant(size: int) -> None:
    """With 200 responses before and one or two identical ones after, every interval contains 0."""
    for score, text in ((2, "slow support"), (10, ""), (10, "as expected")):
        few = [response(1000 + number, score, text and f"{text} {number}", "W2") for number in range(size)]
        change = change_of([*wave("W1", (20, 10)), *few])
        assert change.rest is not None
        parts = [part for cause in change.causes for part in (cause.frequency, cause.severity)]
        assert parts
        assert all(part.low <= 0 <= part.high for part in (change.rest, *parts))


def test_causes_come_and_go() -> None:
    """A complaint of the earlier wave alone has vanished, one of the later alone is new: all of it is frequency."""
    gone = change_of([*wave("W1", (30, 0)), *wave("W2", (0, 0), start=1000)])
    assert (gone.new, gone.vanished) == ((), ("Customer support",))
    come = change_of([*wave("W1", (0, 0)), *wave("W2", (30, 0), start=1000)])
    assert (come.new, come.vanished) == (("Customer support",), ())
    [slow] = [cause for cause in come.causes if cause.id == "support"]
    assert slow.severity.value == pytest.approx(0, abs=1)
    assert slow.frequency.high < 0


def test_another_mix_of_people_is_no_change_of_mind() -> None:
    """Where only the share of a dissatisfied region grew, the NPS falls, the post-stratified NPS does not."""

    def mixed(name: str, dissatisfied: int, start: int) -> list[Response]:
        return [
            response(start + number, 2 if number % 4 else 9, None, name, segments=(Segment("region", "south"),))
            for number in range(dissatisfied)
        ] + [
            response(start + number, 10 if number % 4 else 5, None, name, segments=(Segment("region", "north"),))
            for number in range(dissatisfied, 400)
        ]

    change = change_of([*mixed("W1", 100, 0), *mixed("W2", 300, 1000)])
    assert change.nps.high < 0
    assert change.mix is not None
    assert change.mix.dimension == "region"
    assert change.mix.nps.value == pytest.approx(0, abs=1.5)
    assert change_of([*mixed("W1", 200, 0), *mixed("W2", 200, 1000)]).mix is None


def test_one_wave_has_nothing_to_compare_with() -> None:
    """No change, no alert; neither for the first wave of several."""
    report = report_on(wave("W1", (10, 10)), SLOW)
    assert (report.change, report.alerts) == (None, ())
    first = report_on([*wave("W1", (10, 10)), *wave("W2", (40, 40), start=1000)], SLOW, wave="W1")
    assert (first.change, first.alerts) == (None, ())


def test_fewer_comments_are_no_fewer_causes() -> None:
    """Where only the share of those who write halves, no theme contributes by its frequency: writing does."""
    survey = QuietWaves(2_000, rates=(0.3, 0.2), wrote=(0.8, 0.4))
    change = change_since(survey.draw(1), 0, 1)
    assert change is not None
    assert change.writing is not None
    assert change.writing.low > 0
    assert change.wrote_after < 0.6 * change.wrote_before
    for cause in change.causes:
        assert cause.rate_after == pytest.approx(cause.rate_before, abs=0.04)
        assert cause.frequency.low <= 0 <= cause.frequency.high


def test_a_quiet_pair_of_waves_claims_nothing() -> None:
    """Of 40 pairs of waves without a change, at most 4 have a part with a q-value of 5 % or less (6 % are expected to
    have more than 4 at a true rate of 5 %), though intervals of many parts lie beside 0.
    """
    claimed, beside_zero = 0, 0
    for seed in range(40):
        change = change_since(QuietWaves(300).draw(seed), 0, 1)
        assert change is not None
        claimed += any(min(cause.frequency_q, cause.severity_q) <= 0.05 for cause in change.causes)
        parts = [part for cause in change.causes for part in (cause.frequency, cause.severity)]
        beside_zero += any(part.low > 0 or part.high < 0 for part in parts)
    assert claimed <= 4
    assert beside_zero >= 8


@pytest.mark.slow
def test_among_many_rare_causes_none_is_new_by_chance() -> None:
    """Sixty rare causes in two equal waves: in at most 2 of 20 surveys is any of them new or vanished."""
    rates = tuple(np.geomspace(0.002, 0.05, 60).tolist())
    changes = [change_since(QuietWaves(500, rates).draw(seed), 0, 1) for seed in range(20)]
    assert sum(bool(change and (change.new or change.vanished)) for change in changes) <= 2


def test_two_segments_are_compared_like_waves() -> None:
    """The parts sum to the difference of the scores; what only waves have is empty, and turned around it is its own
    opposite.
    """
    data = survey([*wave("W1", (10, 5), region="north"), *wave("W1", (35, 15), start=1000, region="south")])
    north, south = data.segmented.toarray().T.astype(bool)
    change = difference(data, north, south, ("north", "south"))
    assert change is not None
    assert change.rest is not None
    assert change.writing is not None
    parts = sum(cause.frequency.value + cause.severity.value for cause in change.causes)
    score = data.points[south].mean() - data.points[north].mean()
    assert parts + change.writing.value + change.rest.value == pytest.approx(score)
    assert change.nps.value == pytest.approx(score)
    assert (change.before, change.after, change.mix, change.new, change.vanished) == ("north", "south", None, (), ())
    back = difference(data, south, north, ("south", "north"))
    assert back is not None
    assert [-cause.frequency.value for cause in back.causes] == pytest.approx(
        [cause.frequency.value for cause in change.causes]
    )


def test_back_in_time_nothing_is_new() -> None:
    """A later wave before an earlier one is compared too, but nothing can be new or gone there."""
    data = survey([*wave("W1", (30, 0)), *wave("W2", (0, 0), start=1000)])
    change = change_since(data, 1, 0)
    assert change is not None
    assert (change.before, change.after, change.new, change.vanished) == ("W2", "W1", (), ())
    assert change.nps.value < 0
