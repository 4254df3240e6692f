"""From wave to wave: which causes moved the score, which came and went, and who answered."""

from __future__ import annotations

import pytest

from saywhy.feedback import Response, Segment
from tests.builders.answers import SLOW, report_on, response
from tests.builders.waves import change_of, wave


def test_frequency_and_severity_are_told_apart() -> None:
    """Twice as many complaints is frequency; as many, but by detractors instead of passives, is severity."""
    more = change_of([*wave("W1", (10, 10)), *wave("W2", (20, 20), start=1000)])
    [slow] = [cause for cause in more.causes if cause.id == "support"]
    assert (slow.rate_before, slow.rate_after) == (0.1, 0.2)
    assert slow.frequency.high < 0
    assert slow.severity.low < 0 < slow.severity.high
    worse = change_of([*wave("W1", (4, 36)), *wave("W2", (36, 4), start=1000)])
    [slow] = [cause for cause in worse.causes if cause.id == "support"]
    assert slow.frequency.value == 0
    assert slow.severity.high < 0
    assert worse.causes[0] == slow


def test_the_parts_sum_to_the_change() -> None:
    """Frequencies, severities and the rest sum to the difference of the scores, silent responses included."""
    change = change_of([*wave("W1", (10, 5), 50), *wave("W2", (25, 15), 20, start=1000)])
    assert change.rest is not None
    parts = sum(cause.frequency.value + cause.severity.value for cause in change.causes) + change.rest.value
    assert parts == pytest.approx(change.nps.value)
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
