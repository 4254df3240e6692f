"""NPS and its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.impact.nps import MAX_CHANGE, POINTS_BY_SCORE, bounded_estimate, nps, nps_of


def test_agrees_with_a_hand_computation() -> None:
    """50 promoters, 30 passives, 20 detractors: 30 points, from 14.05 to 44.20 (worked by hand)."""
    score = nps(50, 30, 20)
    assert score.score == 30
    assert score.low == pytest.approx(14.051, abs=1e-3)
    assert score.high == pytest.approx(44.202, abs=1e-3)
    assert (score.n, score.promoters, score.passives, score.detractors) == (100, 50, 30, 20)


def test_unanimous_responses_have_an_interval() -> None:
    """Ten promoters score 100 with an interval that starts below 50."""
    score = nps(10, 0, 0)
    assert score.score == 100
    assert score.high == 100
    assert score.low == pytest.approx(47.503, abs=1e-3)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_interval_contains_the_score_and_is_possible(promoters: int, passives: int, detractors: int) -> None:
    """The interval contains the score, lies in -100 … 100, and swapping promoters and detractors mirrors it."""
    if promoters + passives + detractors == 0:
        return
    score, mirrored = nps(promoters, passives, detractors), nps(detractors, passives, promoters)
    assert -100 <= score.low <= score.score <= score.high <= 100
    assert mirrored.score == -score.score
    assert mirrored.low == pytest.approx(-score.high)


@pytest.mark.parametrize(
    ("probabilities", "n"), [((0.5, 0.3, 0.2), 20), ((0.5, 0.3, 0.2), 300), ((0.85, 0.1, 0.05), 50)]
)
def test_interval_covers_the_truth_about_as_often_as_it_says(probabilities: tuple[float, ...], n: int) -> None:
    """Of 4,000 simulated surveys, 93 to 98 % have an interval that contains the true NPS."""
    draws = np.random.default_rng(7).multinomial(n, probabilities, size=4000).tolist()
    truth = 100 * (probabilities[0] - probabilities[2])
    covered = np.mean([(score := nps(*draw)).low <= truth <= score.high for draw in draws])
    assert 0.93 <= covered <= 0.98


def test_groups_by_score() -> None:
    """0-6 are detractors, 7-8 passives, 9-10 promoters."""
    assert POINTS_BY_SCORE == (-100,) * 7 + (0, 0, 100, 100)


def test_of_coded_responses() -> None:
    """Coded responses give the same as their counts; no responses give None."""
    assert nps_of(np.array([100, 100, 0, -100], dtype=np.int8)) == nps(2, 1, 1)
    assert nps_of(np.array([], dtype=np.int8)) is None


@pytest.mark.parametrize("counts", [(0, 0, 0), (-1, 1, 1)])
def test_invalid_counts_are_refused(counts: tuple[int, int, int]) -> None:
    """No response at all, or a negative count, is refused."""
    with pytest.raises(ValueError, match="at least one"):
        nps(*counts)


@pytest.mark.parametrize(
    ("value", "margin", "centre", "ends"),
    [
        (10.0, 5.0, None, (5.0, 15.0)),
        (-190.0, 30.0, None, (-200.0, -160.0)),
        (190.0, 30.0, None, (160.0, 200.0)),
        (200.0, 10.0, 120.0, (110.0, 200.0)),
        (-200.0, 10.0, -120.0, (-200.0, -110.0)),
        (0.0, float("inf"), None, (-200.0, 200.0)),
    ],
)
def test_an_interval_is_cut_to_what_is_possible_and_holds_its_estimate(
    value: float, margin: float, centre: float | None, ends: tuple[float, float]
) -> None:
    """On both sides, also where the centre is far from the estimate, and where nothing is known."""
    estimate = bounded_estimate(value, margin, MAX_CHANGE, centre=centre)
    assert (estimate.value, estimate.low, estimate.high) == (value, *ends)
