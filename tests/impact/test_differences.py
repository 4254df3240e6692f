"""Differences of rates and of impacts between two groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

from pipelines.impact.differences import points_difference, rate_difference
from pipelines.impact.mention_counts import MentionCounts
from saywhy.estimate import Estimate


def test_a_difference_of_rates_agrees_with_a_hand_computation() -> None:
    """30 of 200 against 10 of 100: adjusted 31/202 and 11/102, the sum of p(1 - p)/(n + 2) is .00158641."""
    difference, p_value = rate_difference(MentionCounts(30, 200), MentionCounts(10, 100))
    assert difference.value == pytest.approx(0.05)
    assert (difference.low + difference.high) / 2 == pytest.approx(0.0456222, abs=1e-6)
    assert (difference.high - difference.low) / 2 == pytest.approx(1.96 * 0.0398298, abs=1e-6)
    assert p_value == pytest.approx(0.2520, abs=1e-4)


@pytest.mark.parametrize(("first", "second"), [((30, 200), (10, 100)), ((0, 40), (3, 900)), ((20, 20), (7, 25))])
def test_the_interval_is_that_of_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    """Agresti and Caffo's interval, also where nobody or everybody names the cause; extended to hold the difference."""
    low, high = confint_proportions_2indep(*first, *second, compare="diff", method="agresti-caffo")
    difference, _ = rate_difference(MentionCounts(*first), MentionCounts(*second))
    assert difference.low == pytest.approx(min(low, difference.value), abs=1e-4)
    assert difference.high == pytest.approx(max(high, difference.value), abs=1e-4)


@pytest.mark.parametrize(("n", "m"), [(40, 40), (60, 1000), (500, 500)])
@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3])
def test_equal_rates_differ_no_more_often_than_the_test_says(n: int, m: int, rate: float) -> None:
    """The exact probability, over all counts of two binomial distributions, of p < .05 is at most .06."""
    level = 0.0
    counts = [np.flatnonzero(binom.pmf(np.arange(size + 1), size, rate) > 1e-6) for size in (n, m)]
    for x in counts[0].tolist():
        for y in counts[1].tolist():
            if rate_difference(MentionCounts(x, n), MentionCounts(y, m))[1] < 0.05:
                level += float(binom.pmf(x, n, rate) * binom.pmf(y, m, rate))
    assert level <= 0.06


def test_answers_of_few_customers_count_as_few() -> None:
    """With a design effect of 4 the interval is that of a quarter of the responses, and the difference the same."""
    difference, p_value = rate_difference(MentionCounts(80, 400, 4.0), MentionCounts(40, 400, 4.0))
    fewer, fewer_p_value = rate_difference(MentionCounts(20, 100), MentionCounts(10, 100))
    assert difference == Estimate(0.1, fewer.low, fewer.high)
    assert p_value == fewer_p_value > 0.01 > rate_difference(MentionCounts(80, 400), MentionCounts(40, 400))[1]


def test_a_difference_of_points_has_the_errors_of_both() -> None:
    """Errors of 3 and 4 points have together one of 5; of an interval that is cut, the longer side counts."""
    difference, p_value = points_difference(
        Estimate(10, 10 - 1.96 * 3, 10 + 1.96 * 3), Estimate(2, 2 - 1.96 * 4, 2 + 1.0)
    )
    assert (difference.value, difference.low, difference.high) == pytest.approx((8, 8 - 9.8, 8 + 9.8))
    assert p_value == pytest.approx(0.1096, abs=1e-3)


def test_a_difference_of_points_stays_within_what_is_possible() -> None:
    """Two impacts whose intervals are the whole possible range differ by at most 200 points."""
    difference, p_value = points_difference(Estimate(0, -100, 100), Estimate(0, -100, 100))
    assert (difference.low, difference.high) == pytest.approx((-141.4, 141.4), abs=0.1)
    assert points_difference(Estimate(90, -200, 200), Estimate(-90, -200, 200))[0].high == 200
    assert p_value == 1
