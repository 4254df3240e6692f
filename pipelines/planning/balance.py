"""How well those who answered stand for those who were asked and for the list."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from models.arrays import Integers
from pipelines.impact.multiple_testing import holm
from pipelines.impact.nps import Z95
from pipelines.impact.strata import join_small
from saywhy.estimate import Estimate
from saywhy.wave_response import CategoryBalance, DimensionBalance

#: Values with fewer members who answered, or who did not, are joined before the χ² test: a common rule for its
#: approximation (Cochran 1954).
SMALLEST_CELL = 5


def wilson(successes: int, n: int) -> Estimate | None:
    """A share, 0 … 1, with the 95 % score interval of Wilson (JASA 22, 1927); None without trials."""
    if not n:
        return None
    interval = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    return Estimate(successes / n, float(interval.low), float(interval.high))


def standardised_difference(first: float, second: float) -> float | None:
    """The difference of two shares over their standard deviation, (p - q)/√((p(1 - p) + q(1 - q))/2).

    From about 0.1 on it is taken for a difference that matters. 0 for equal shares; None where both have no variance
    but differ. Source: Austin, "Balance diagnostics for comparing the distribution of baseline covariates between
    treatment groups", Statistics in Medicine 28 (2009).
    """
    variance = (first * (1 - first) + second * (1 - second)) / 2
    if variance > 0:
        return (first - second) / math.sqrt(variance)
    return 0.0 if first == second else None


def balance(
    dimensions: Sequence[str], values: Sequence[Sequence[str]], listed: Integers, asked: Integers, answered: Integers
) -> tuple[DimensionBalance, ...]:
    """Each dimension with the shares of its values.

    `values` are those of each stratum in each dimension; `listed`, `asked` and `answered`, (strata,), its customers.
    """
    counted = [_by_value(values, number, listed, asked, answered) for number in range(len(dimensions))]
    p_values = [_p_value(counts) for _, counts in counted]
    tested = [number for number, p_value in enumerate(p_values) if p_value is not None]
    corrected = (
        dict(zip(tested, holm(np.array([p_values[number] for number in tested])), strict=True)) if tested else {}
    )
    return tuple(
        DimensionBalance(
            dimension,
            tuple(_category(name, column, counts.sum(axis=1)) for name, column in zip(names, counts.T, strict=True)),
            float(corrected[number]) if number in corrected else None,
        )
        for number, (dimension, (names, counts)) in enumerate(zip(dimensions, counted, strict=True))
    )


def r_indicator(listed: Integers, asked: Integers, answered: Integers) -> Estimate | None:
    """The R-indicator of response with an approximate 95 % interval: R = 1 - 2·S(ρ), at most 1.

    `listed`, `asked`, `answered`, (strata,), are customers. ρ is the probability of answering of each customer of the
    list, estimated by the response rate of the stratum, and S its standard deviation; strata of which fewer than ten
    were asked are joined. Estimated rates vary more than true ones: Σ w(1 - w)·V, with w the share of a stratum in the
    list and V = ρ(1 - ρ)/(n - 1) the variance of its rate, is subtracted from S². The interval is that of S² by the
    delta method with its second-order term, √(Σ 4w²(ρ - ρ̄)²V + 2w²V²), and may be wide where few were asked.

    None where there are fewer than two strata, nobody answered, or where it would only show how few were asked.
    Sources: Schouten, Cobben and Bethlehem, "Indicators for the representativeness of survey response", Survey
    Methodology 35 (2009); the correction as in Shlomo, Skinner and Schouten, "Estimation of an indicator of the
    representativeness of survey response", Journal of Statistical Planning and Inference 142 (2012), for strata.
    """
    reached = asked > 0
    if reached.sum() < 2 or not answered.sum():
        return None
    new_stratum, [sizes] = join_small(asked[reached][None])
    if len(sizes) < 2 or sizes.min() < 2:
        return None
    weights = np.bincount(new_stratum, weights=listed[reached]) / listed[reached].sum()
    rates = np.bincount(new_stratum, weights=answered[reached]) / sizes
    deviations = rates - weights @ rates
    variances = rates * (1 - rates) / (sizes - 1)
    spread = float(weights @ deviations**2 - (weights * (1 - weights)) @ variances)
    error = math.sqrt(float((4 * weights**2 * deviations**2) @ variances + 2 * (weights**2) @ variances**2))
    low, value, high = (_indicator(spread + Z95 * sign * error) for sign in (1, 0, -1))
    return Estimate(value, low, high)


def _indicator(spread: float) -> float:
    return max(0.0, 1 - 2 * math.sqrt(max(spread, 0.0)))


def _by_value(
    values: Sequence[Sequence[str]], dimension: int, listed: Integers, asked: Integers, answered: Integers
) -> tuple[list[str], Integers]:
    """The values of a dimension, and the customers of each: listed, asked, answered, (3, values)."""
    names, number = np.unique([stratum[dimension] for stratum in values], return_inverse=True)
    counts = [np.bincount(number, weights=each).astype(np.int64) for each in (listed, asked, answered)]
    return [str(name) for name in names], np.stack(counts)


def _p_value(counts: Integers) -> float | None:
    """The p-value of the χ² test of answering by value (of two with Yates's correction); None if it cannot be."""
    _, asked, answered = counts
    _, table = join_small(np.stack([answered, asked - answered]), SMALLEST_CELL)
    if table.shape[1] < 2 or not (table.sum(axis=0).all() and table.sum(axis=1).all()):
        return None
    return float(stats.chi2_contingency(table).pvalue)


def _category(name: str, counts: Integers, totals: Integers) -> CategoryBalance:
    listed, asked, answered = counts.tolist()
    of_list, of_asked, of_answered = (counts / np.maximum(totals, 1)).tolist()

    def difference(first: float, second: float, *groups: int) -> float | None:
        return standardised_difference(first, second) if all(totals[list(groups)]) else None

    return CategoryBalance(
        name,
        listed,
        asked,
        answered,
        answered_against_asked=difference(of_answered, of_asked, 1, 2),
        answered_against_listed=difference(of_answered, of_list, 0, 2),
        asked_against_listed=difference(of_asked, of_list, 0, 1),
    )
