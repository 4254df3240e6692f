"""The health of an account and its parts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pipelines.follow_up.answer_columns import AnswerColumns
from pipelines.follow_up.health import WEIGHTS, AccountHealths, band, band_since
from saywhy.case import CaseState
from saywhy.customer import AccountHealth, Answer, HealthBand
from saywhy.feedback import Group, Scale, Score
from tests.builders.followed_up import NOW


def given(number: int, score: Score | None, days_ago: float | None = 1, **more: Any) -> Answer:
    """An answer of an account."""
    values: dict[str, Any] = {"account": "Acme", "is_personal": False, "person": "Ada", "wave": None, "revenue": None}
    values |= {"lifetime_value": None, "content_hash": None} | more
    when = None if days_ago is None else NOW - timedelta(days=days_ago)
    return Answer(response_id=number, score=score, answered_at=when, **values)


def health_of(*answers: Answer, waves: tuple[str, ...] = (), **complaints: set[str]) -> AccountHealth:
    """The health of the account."""
    [health] = AccountHealths.of(AnswerColumns.of(answers, waves, complaints), NOW)
    return health


def test_the_weights_sum_to_one() -> None:
    """So that the health is 100 where every part is 1."""
    weights = (WEIGHTS.score, WEIGHTS.trend, WEIGHTS.causes, WEIGHTS.cases, WEIGHTS.silence)
    assert sum(weight or 0 for weight in weights) == pytest.approx(1)


def test_the_score_is_the_latest_of_each_person() -> None:
    """A score of 0 is a score; the trend is the mean change of those who answered twice."""
    health = health_of(
        given(1, Score(9), 100),
        given(2, Score(8), 90, person="Bo"),
        given(3, Score(0)),
        given(4, Score(2), person="Cy"),
    )
    assert health.score == pytest.approx(10 / 3)
    assert (health.trend, health.answers, health.people) == (-9, 4, 3)
    assert health.parts.score == pytest.approx(1 / 3)
    assert health.parts.trend == 0
    assert health.band is HealthBand.AT_RISK


def test_it_is_the_weighted_mean_of_the_parts() -> None:
    """Score 7, one point up, one of three causes, an open case, silent for 90 days: the formula by hand."""
    health = health_of(
        given(1, Score(6), 300),
        given(2, Score(7), 90, content_hash="h", case_state=CaseState.CONTACTED, revenue=Decimal(5)),
        h={"topic:slow"},
    )
    parts = health.parts
    assert (parts.score, parts.trend, parts.cases, parts.silence) == (0.7, 0.6, 0.5, 1)
    assert parts.causes == pytest.approx(2 / 3)
    assert health.health == pytest.approx(40 * 0.7 + 20 * 0.6 + 10 + 10 * 0.5 + 15)
    assert (health.open_causes, health.open_cases, health.overdue_cases) == (("topic:slow",), 1, 0)
    assert (health.days_silent, health.waves_missed, health.revenue) == (90, None, Decimal(5))


def test_parts_that_are_not_known_are_left_out() -> None:
    """A first 10 of somebody without a case is a health of 100; without any score there is none."""
    assert health_of(given(1, Score(10))).health == pytest.approx(100)
    nothing = health_of(given(1, None), given(2, Score(1, Scale.FIVE)))
    assert (nothing.health, nothing.band, nothing.parts.score) == (None, None, None)
    assert health_of(given(1, Score.of_group(Group.DETRACTOR))).parts.score == pytest.approx(0.3)


def test_a_resolved_case_closes_its_causes_and_an_overdue_one_is_worst() -> None:
    """Complaints count until somebody resolved them, or a later answer no longer has them."""
    late: dict[str, Any] = {"case_due_at": NOW - timedelta(hours=1), "content_hash": "h"}
    overdue = health_of(given(1, Score(3), case_state=CaseState.OPEN, **late), h={"a", "b"})
    assert (overdue.parts.cases, overdue.overdue_cases, overdue.open_causes) == (0, 1, ("a", "b"))
    resolved = health_of(given(1, Score(3), case_state=CaseState.RESOLVED, **late), h={"a", "b"})
    assert (resolved.parts.cases, resolved.overdue_cases, resolved.open_causes) == (1, 0, ())
    thanked = health_of(given(1, Score(10), case_state=CaseState.OPEN, case_due_at=NOW - timedelta(hours=1)))
    assert (thanked.parts.cases, thanked.overdue_cases, thanked.health) == (None, 1, 100)
    later = health_of(given(1, Score(3), 9, content_hash="h"), given(2, Score(3), content_hash="i"), h={"a"}, i={"b"})
    assert later.open_causes == ("b",)


@pytest.mark.parametrize(
    ("waves", "days_ago", "missed", "part"),
    [
        (("W1", "W2", "W3", "W4"), 1, 3, 0),
        (("W1", "W2"), 1, 1, 2 / 3),
        (("W1",), 400, 0, 1),
        ((), 227.5, None, 0.5),
        ((), 900, None, 0),
        ((), None, None, None),
    ],
)
def test_silence_is_waves_missed_or_days(
    waves: tuple[str, ...], days_ago: float | None, missed: int | None, part: float | None
) -> None:
    """By the waves since the last answer where there are waves, else by the days."""
    health = health_of(given(1, Score(8), days_ago, wave=waves[0] if waves else None), waves=waves)
    assert health.waves_missed == missed
    assert health.parts.silence == (part if part is None else pytest.approx(part, abs=0.01))


def test_the_watch_list_has_the_worst_first() -> None:
    """Of equal ones that with the most revenue; those without a score last."""
    answers = [
        given(1, Score(1), account="small", revenue=Decimal(1)),
        given(2, Score(1), account="large", revenue=Decimal(900)),
        given(3, Score(9), account="good"),
        given(4, None, account="unknown"),
    ]
    healths = AccountHealths.of(AnswerColumns.of(answers, (), {}), NOW)
    assert [healths[account].account for account in healths.watch_order()] == ["large", "small", "good", "unknown"]
    assert [band(value) for value in (39.9, 40, 69.9, 70)] == [
        HealthBand.AT_RISK,
        HealthBand.WATCH,
        HealthBand.WATCH,
        HealthBand.HEALTHY,
    ]


@pytest.mark.parametrize(
    ("before", "health", "after"),
    [
        (None, 69, HealthBand.WATCH),
        (HealthBand.HEALTHY, 67, HealthBand.HEALTHY),
        (HealthBand.HEALTHY, 66.9, HealthBand.WATCH),
        (HealthBand.HEALTHY, 38, HealthBand.WATCH),
        (HealthBand.HEALTHY, 36.9, HealthBand.AT_RISK),
        (HealthBand.WATCH, 72.9, HealthBand.WATCH),
        (HealthBand.WATCH, 73, HealthBand.HEALTHY),
        (HealthBand.WATCH, 39, HealthBand.WATCH),
        (HealthBand.AT_RISK, 42.9, HealthBand.AT_RISK),
        (HealthBand.AT_RISK, 71, HealthBand.WATCH),
    ],
)
def test_an_account_turns_where_it_is_well_beyond_the_limit(
    before: HealthBand | None, health: float, after: HealthBand
) -> None:
    """By three points, in either direction; a new one has the band of its health."""
    assert band_since(health, before) is after


def test_an_account_that_hovers_at_a_limit_does_not_turn() -> None:
    """Whatever it was before, one band is kept."""
    for start in HealthBand:
        bands = [start]
        for health in (69, 71, 68, 72, 70, 69.9) * 2:
            bands.append(band_since(health, bands[-1]))
        assert len(set(bands[1:])) == 1
