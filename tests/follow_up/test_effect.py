"""The later NPS of those who were followed up against that of those who were not."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from pipelines.follow_up.effect import AnswerPair, answer_pairs, effects, points_difference
from pipelines.impact.nps import nps_change, nps_of
from saywhy.customer import Answer
from saywhy.feedback import Group, Score
from tests.builders.followed_up import NOW


def given(number: int, person: str, score: int, day: int, contacted: int | None = None) -> Answer:
    """An answer on a day, whose customer was contacted on another."""
    at = None if contacted is None else NOW + timedelta(days=contacted)
    when = NOW + timedelta(days=day)
    return Answer(number, person, False, person, Score(score), when, None, None, None, None, contacted_at=at)


def pairs(count: int, after: Group, *, is_followed_up: bool, accounts: int | None = None) -> list[AnswerPair]:
    """Pairs of detractors, each of an account of its own or all of a few."""
    side = "followed" if is_followed_up else "other"
    return [
        AnswerPair(f"{side} {number % (accounts or count)}", Group.DETRACTOR, after, is_followed_up)
        for number in range(count)
    ]


def test_an_answer_is_compared_with_the_next_of_the_same_person() -> None:
    """A contact counts if it was before the later answer; what was answered before any follow-up is left out."""
    answers = [
        given(1, "early", 0, -90),
        given(2, "early", 10, -80),
        given(3, "Ada", 3, 0, contacted=1),
        given(4, "Bo", 0, 1, contacted=40),
        given(5, "Cy", 8, 2),
        given(6, "Bo", 5, 30),
        given(7, "Ada", 9, 30),
        given(8, "Cy", 7, 30),
        given(9, "Di", 7, 30),
    ]
    assert sorted(answer_pairs(answers), key=lambda pair: pair.account) == [
        AnswerPair("Ada", Group.DETRACTOR, Group.PROMOTER, True),
        AnswerPair("Bo", Group.DETRACTOR, Group.DETRACTOR, False),
        AnswerPair("Cy", Group.PASSIVE, Group.PASSIVE, False),
    ]
    assert list(answer_pairs(answers[:2])) == []


def test_a_difference_needs_twenty_on_either_side() -> None:
    """With 19 there are counts and no numbers; with 20 there are."""
    many = pairs(20, Group.DETRACTOR, is_followed_up=False)
    few = effects([*pairs(19, Group.PROMOTER, is_followed_up=True), *many])[0]
    assert (few.followed_up, few.others, few.difference, few.followed_up_nps) == (19, 20, None, None)
    enough, *others = effects([*pairs(20, Group.PROMOTER, is_followed_up=True), *many])
    assert enough.difference is not None
    assert enough.followed_up_nps is not None
    assert (enough.difference.value, enough.followed_up_nps.score) == (200, 100)
    assert 0 < enough.difference.low < 200 == enough.difference.high
    assert enough.p_value is not None
    assert enough.p_value < 0.001
    assert [effect.followed_up for effect in others] == [0, 0]


def test_of_independent_answers_it_is_the_difference_of_two_nps() -> None:
    """The interval and the p-value are those of the change of the NPS between two groups."""
    points = np.array([100, 0, -100, 100, 100, -100, 0, -100] * 10, dtype=np.int8)
    is_treated = np.arange(80) % 8 < 4
    estimate, p_value = points_difference(points, is_treated, np.arange(80, dtype=np.int32))
    others, treated = nps_of(points[~is_treated]), nps_of(points[is_treated])
    assert others is not None
    assert treated is not None
    expected, expected_p = nps_change(others, treated)
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert p_value == pytest.approx(expected_p)


def test_answers_of_one_account_are_not_independent() -> None:
    """The interval holds the truth of no effect in about 95 of 100 surveys of few accounts that answer alike."""
    rng = np.random.default_rng(5)
    covered = {True: 0, False: 0}
    for _ in range(300):
        mood = rng.choice([100, 0, -100], size=30)
        account = np.repeat(np.arange(30, dtype=np.int32), 8)
        points = np.where(rng.random(240) < 0.8, mood[account], rng.choice([100, 0, -100], size=240)).astype(np.int8)
        is_treated = account % 2 == 0
        for is_clustered in covered:
            customer = account if is_clustered else np.arange(240, dtype=np.int32)
            estimate, _ = points_difference(points, is_treated, customer)
            covered[is_clustered] += estimate.low <= 0 <= estimate.high
    assert covered[True] >= 0.9 * 300
    assert covered[False] < 0.75 * 300
