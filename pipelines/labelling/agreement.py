"""How far people agree on labels: Krippendorff's alpha, 1 for full agreement, 0 for what chance would give.

K. Krippendorff, Content Analysis (4th ed. 2019), chapter 12. Sets of labels differ by 1 - MASI: R. Passonneau,
Measuring Agreement on Set-valued Items (MASI) for Semantic and Pragmatic Annotation, LREC 2006. The interval is a
percentile bootstrap over the labelled units, which are what another sample would replace.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import krippendorff
import numpy as np
from numpy.typing import NDArray

#: Resamples of the bootstrap; set by hand: quantiles of 95 % vary by about .01 between seeds.
RESAMPLES = 1000

#: From so many units on an interval is stated; set by hand: of fewer, resamples are too often all the same.
LEAST_UNITS = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far `people` agree on `units` that at least two of them labelled; on `disputed` of these they do not.

    `alpha` is None if nothing was labelled twice, or if all labels are the same, so that there is nothing to agree on.
    `low` and `high` bound 95 %; None below `LEAST_UNITS`.
    """

    units: int
    people: int
    disputed: int
    alpha: float | None = None
    low: float | None = None
    high: float | None = None


def masi_distance(left: frozenset[str], right: frozenset[str]) -> float:
    """1 - MASI: Jaccard's index times 1 for equal sets, 2/3 for a subset, 1/3 for an overlap, 0 otherwise."""
    if left == right:
        return 0.0
    shared = len(left & right)
    weight = 2 / 3 if left <= right or right <= left else 1 / 3
    return 1 - weight * shared / len(left | right)


def nominal_distance(left: Hashable, right: Hashable) -> float:
    """0 for the same value, 1 for another."""
    return float(left != right)


def agreement(
    units: Sequence[Mapping[str, Hashable]], distance: Callable[..., float] = nominal_distance, *, seed: int = 0
) -> Agreement:
    """The agreement on units, each with what people said of it, by person. Those with one person count for nothing."""
    several = [unit for unit in units if len(unit) > 1]
    people = {person for unit in several for person in unit}
    disputed = sum(len(set(unit.values())) > 1 for unit in several)
    values = list(dict.fromkeys(value for unit in several for value in unit.values()))
    if len(values) < 2:
        return Agreement(len(several), len(people), disputed)
    counts = np.zeros((len(several), len(values)), np.int64)
    index = {value: position for position, value in enumerate(values)}
    for row, unit in enumerate(several):
        for value in unit.values():
            counts[row, index[value]] += 1
    distances = np.array([[distance(left, right) for right in values] for left in values])
    alpha = _alpha(counts, distances)
    if len(several) < LEAST_UNITS:
        return Agreement(len(several), len(people), disputed, alpha)
    low, high = _interval(counts, distances, np.random.default_rng(seed))
    return Agreement(len(several), len(people), disputed, alpha, low, high)


def _alpha(counts: NDArray[np.int64], distances: NDArray[np.float64]) -> float:
    """Alpha of units × values; `distances` is the squared difference that the formula has."""

    def metric(v1: NDArray[Any], v2: NDArray[Any], *_: Any, **__: Any) -> NDArray[Any]:
        return np.asarray(distances[np.asarray(v1, int), np.asarray(v2, int)])

    domain = np.arange(len(distances))
    return float(krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=metric))


def resampled_alphas(
    counts: NDArray[np.int64], distances: NDArray[np.float64], weights: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Alpha where each unit of units × values is there as often as `weights` (resamples, units) say.

    With the disagreement of unit u, which m people labelled, o(u) = c(u)' D c(u) / (m - 1), and the n values of all
    units, t of each: alpha = 1 - (n - 1) sum o(u) / (t' D t), the library's in a form that takes all resamples at once.
    Where all labels are the same, nothing disagrees, which counts as 1.
    """
    people = counts.sum(axis=1)
    observed = weights @ (np.einsum("uv,vw,uw->u", counts, distances, counts) / (people - 1))
    totals = weights @ counts
    expected = np.einsum("rv,vw,rw->r", totals, distances, totals)
    ratio = np.divide(observed * (totals.sum(axis=1) - 1), expected, out=np.zeros(len(weights)), where=expected > 0)
    return np.asarray(1 - ratio, np.float64)


def _interval(
    counts: NDArray[np.int64], distances: NDArray[np.float64], random: np.random.Generator
) -> tuple[float, float]:
    """The interval of 95 %."""
    units = len(counts)
    weights = random.multinomial(units, np.full(units, 1 / units), size=RESAMPLES)
    low, high = np.quantile(resampled_alphas(counts, distances, weights), [0.025, 0.975])
    return float(low), float(high)
