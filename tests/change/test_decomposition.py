"""From wave to wave: the test of the change, what moved it, who answered, and alerts that are seldom false."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.change.alerts import FALSE_ALARM_RATE, alarm
from pipelines.impact.nps import nps, nps_change, smallest_visible_change
from saywhy.feedback import Response, Segment
from saywhy.report import Change
from tests.builders.answers import SLOW, report_on, response


@pytest.mark.parametrize(("n", "points"), [(100, 30.5), (400, 15.4), (1000, 9.8)])
def test_the_smallest_visible_change_is_the_known_one(n: int, points: float) -> None:
    """At 50 % promoters and 20 % detractors, to a tenth of a point."""
    wave = nps(n // 2, 3 * n // 10, n // 5)
    assert smallest_visible_change(wave, wave) == pytest.approx(points, abs=0.06)


def test_the_change_agrees_with_a_hand_computation() -> None:
    """NPS 30 to 10 at n = 100: adjusted 29.126 → 9.709, errors 7.692 and 8.154 (worked by hand)."""
    moved, p_value = nps_change(nps(50, 30, 20), nps(40, 30, 30))
    assert moved.value == -20
    assert (moved.low, moved.high) == pytest.approx((-19.417 - 1.96 * 11.209, -19.417 + 1.96 * 11.209), abs=0.01)
    assert p_value == pytest.approx(0.0832, abs=0.0005)


def test_equal_waves_differ_as_often_as_the_test_says() -> None:
    """Of 3,000 pairs of waves of one population, 4 to 6 % have p < .05; a change of the visible size shows in 80 %."""
    generator = np.random.default_rng(1)
    draws = generator.multinomial(400, [0.5, 0.3, 0.2], (3000, 2)).tolist()
    level = np.mean([nps_change(nps(*one), nps(*other))[1] < 0.05 for one, other in draws])
    assert 0.04 <= level <= 0.06
    visible = smallest_visible_change(nps(200, 120, 80), nps(200, 120, 80)) / 100
    moved = generator.multinomial(400, [0.5 - visible / 2, 0.3, 0.2 + visible / 2], 3000).tolist()
    power = np.mean(
        [nps_change(nps(*one), nps(*other))[1] < 0.05 for (one, _), other in zip(draws, moved, strict=True)]
    )
    assert power == pytest.approx(0.8, abs=0.04)


def wave(name: str, slow: tuple[int, int], praise: int = 30, start: int = 0, region: str = "north") -> list[Response]:
    """200 responses: `slow` counts the detractors and passives who blame, `praise` the promoters who praise."""
    detractors, passives = slow
    rows = [(2, "slow support")] * detractors + [(8, "slow support")] * passives + [(10, "lovely staff")] * praise
    rows += [(9, "as expected")] * 40 + [(7, "as expected")] * 20 + [(4, "as expected")] * 10
    rows += [(9, "")] * (200 - len(rows))
    segments = (Segment("region", region),)
    return [
        response(start + place, score, f"{text} {place}" if text else None, name, segments=segments)
        for place, (score, text) in enumerate(rows)
    ]


def changed(responses: list[Response]) -> Change:
    """The change on the report of all waves."""
    change = report_on(responses, SLOW).change
    assert change is not None
    return change


def test_a_cause_named_more_often_is_told_from_one_that_hurts_more() -> None:
    """Twice as many complaints is frequency; as many, but by detractors instead of passives, is severity."""
    more = changed([*wave("W1", (10, 10)), *wave("W2", (20, 20), start=1000)])
    [slow] = [cause for cause in more.causes if cause.id == "support"]
    assert (slow.rate_before, slow.rate_after) == (0.1, 0.2)
    assert slow.frequency.high < 0
    assert slow.severity.low < 0 < slow.severity.high
    worse = changed([*wave("W1", (4, 36)), *wave("W2", (36, 4), start=1000)])
    [slow] = [cause for cause in worse.causes if cause.id == "support"]
    assert slow.frequency.value == 0
    assert slow.severity.high < 0
    assert worse.causes[0] == slow


def test_the_parts_sum_to_the_change() -> None:
    """Frequencies, severities and the rest are the difference of the scores, silent responses included."""
    change = changed([*wave("W1", (10, 5), 50), *wave("W2", (25, 15), 20, start=1000)])
    assert change.rest is not None
    parts = sum(cause.frequency.value + cause.severity.value for cause in change.causes) + change.rest.value
    assert parts == pytest.approx(change.nps.value)
    assert (change.before, change.after) == ("W1", "W2")
    assert change.nps.low < change.nps.value < change.nps.high


@pytest.mark.parametrize("size", [1, 2])
def test_a_wave_of_few_claims_nothing(size: int) -> None:
    """After a wave of 200, what one or two name and leave unsaid moves nothing for sure, however alike they are."""
    for score, text in ((2, "slow support"), (10, ""), (10, "as expected")):
        few = [response(1000 + place, score, text and f"{text} {place}", "W2") for place in range(size)]
        change = changed([*wave("W1", (20, 10)), *few])
        assert change.rest is not None
        parts = [part for cause in change.causes for part in (cause.frequency, cause.severity)]
        assert parts
        assert all(part.low <= 0 <= part.high for part in (change.rest, *parts))


def test_causes_come_and_go() -> None:
    """A complaint of the earlier wave alone has vanished, one of the later alone is new: all of it is frequency."""
    gone = changed([*wave("W1", (30, 0)), *wave("W2", (0, 0), start=1000)])
    assert (gone.new, gone.vanished) == ((), ("Customer support",))
    come = changed([*wave("W1", (0, 0)), *wave("W2", (30, 0), start=1000)])
    assert (come.new, come.vanished) == (("Customer support",), ())
    [slow] = [cause for cause in come.causes if cause.id == "support"]
    assert slow.severity.value == pytest.approx(0, abs=1)
    assert slow.frequency.high < 0


def test_another_mix_of_people_is_no_change_of_mind() -> None:
    """Where only the unhappy region grew, the NPS falls and the post-stratified one does not; the region is named."""

    def mixed(name: str, unhappy: int, start: int) -> list[Response]:
        return [
            response(start + place, 2 if place % 4 else 9, None, name, segments=(Segment("region", "south"),))
            for place in range(unhappy)
        ] + [
            response(start + place, 10 if place % 4 else 5, None, name, segments=(Segment("region", "north"),))
            for place in range(unhappy, 400)
        ]

    change = changed([*mixed("W1", 100, 0), *mixed("W2", 300, 1000)])
    assert change.nps.high < 0
    assert change.mix is not None
    assert change.mix.dimension == "region"
    assert change.mix.nps.value == pytest.approx(0, abs=1.5)
    assert changed([*mixed("W1", 200, 0), *mixed("W2", 200, 1000)]).mix is None


def test_one_wave_has_nothing_to_compare_with() -> None:
    """No change, no alert; neither for the first wave of several."""
    report = report_on(wave("W1", (10, 10)), SLOW)
    assert (report.change, report.alerts) == (None, ())
    first = report_on([*wave("W1", (10, 10)), *wave("W2", (40, 40), start=1000)], SLOW, wave="W1")
    assert (first.change, first.alerts) == (None, ())


def test_a_complaint_above_its_history_raises_an_alert() -> None:
    """Four quiet waves and a fifth with four times the complaints: one alert, with both rates."""
    quiet = [entry for number in range(4) for entry in wave(f"W{number}", (5, 5), start=1000 * number)]
    report = report_on([*quiet, *wave("W9", (25, 15), start=9000)], SLOW)
    [alert] = report.alerts
    assert (alert.id, alert.wave, alert.mentions) == ("support", "W9", 40)
    assert alert.rate > 3 * alert.expected > 0
    assert alert.false_alarm_rate == FALSE_ALARM_RATE
    assert not report_on([*quiet, *wave("W9", (5, 5), start=9000)], SLOW).alerts


@pytest.mark.parametrize(("waves", "spread"), [(2, 0.0), (5, 0.0), (5, 0.15), (5, 0.25), (9, 0.25)])
def test_quiet_waves_seldom_raise_an_alert(waves: int, spread: float) -> None:
    """Of 1,500 quiet waves with 40 causes at most 6 % raise any alert, also where rates wander from wave to wave."""
    generator = np.random.default_rng(7)
    rates, alarms = np.geomspace(0.004, 0.2, 40), 0
    for _ in range(1500):
        responses = generator.integers(300, 900, waves)
        wandering = rates[:, None] * np.exp(spread * generator.normal(size=(40, waves)))
        mentions = generator.binomial(responses, np.minimum(wandering, 1))
        alarms += bool((alarm(mentions, responses) <= FALSE_ALARM_RATE).any())
    assert alarms / 1500 <= 0.06


def test_alarms_find_what_doubled() -> None:
    """A complaint of one in twenty that doubles in a wave of 600 is found in at least 80 of 100 cases."""
    generator = np.random.default_rng(8)
    rates, found = np.geomspace(0.004, 0.2, 40), 0
    rates[20] = 0.05
    for _ in range(300):
        responses = np.full(5, 600)
        mentions = generator.binomial(responses, np.repeat(rates[:, None], 5, axis=1))
        mentions[20, -1] = generator.binomial(600, 0.1)
        found += bool(alarm(mentions, responses)[20] <= FALSE_ALARM_RATE)
    assert found / 300 >= 0.8
