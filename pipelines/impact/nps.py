"""Net Promoter Score with its interval, and the test of its change between two waves."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from pipelines.impact.adjusted_wald import ADDED_RESPONSES, adjusted_score
from pipelines.impact.customers import design_effects
from saywhy.estimate import Estimate, Nps
from saywhy.feedback import Score

#: Standard normal quantile of a two-sided 95 % interval.
Z95 = 1.96

#: Bounds of the NPS, in points: all detractors, all promoters.
MAX_NPS = 100.0

#: Bounds of a change of the NPS, in points: from all promoters to all detractors, and the reverse.
MAX_CHANGE = 2 * MAX_NPS

#: Points of one response by its score, 0 … 10.
POINTS_BY_SCORE = tuple(group.points for value in range(11) if (group := Score(value).group))


def points_of(scores: NDArray[np.int8]) -> NDArray[np.int8]:
    """The points of scores 0 … 10, (N,): 100, 0 or -100."""
    return np.array(POINTS_BY_SCORE, dtype=np.int8)[scores]


def nps(promoters: int, passives: int, detractors: int, z: float = Z95, *, design_effect: float = 1.0) -> Nps:
    """NPS in points with its adjusted-Wald interval, cut to what is possible (-100 … 100).

    With n' = n + 3, P' = (P + ¾)/n' and D' = (D + ¾)/n' (`pipelines.impact.adjusted_wald`), the interval is P' - D'
    plus and minus the margin z·√((P' + D' - (P' - D')²)/n'). The score itself is not adjusted. With a design effect
    (`pipelines.impact.customers`) P, D and n are first divided by it: the interval is that of n/effect responses.

    Raises ValueError for negative counts, and where there is no response at all.
    """
    n = promoters + passives + detractors
    if min(promoters, passives, detractors) < 0 or n == 0:
        raise ValueError("NPS needs at least one scored response and no negative count")
    centre, error = _adjusted(promoters, detractors, n, design_effect)
    estimate = bounded_estimate(100 * (promoters - detractors) / n, 100 * z * error, MAX_NPS, centre=100 * centre)
    return Nps(
        score=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=n,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        design_effect=design_effect,
    )


def by_group(points: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Whether each response is a promoter, a passive, a detractor: points (N,), 100, 0 or -100 → (N, 3)."""
    return np.stack([points > 0, points == 0, points < 0], axis=1)


def nps_of(points: NDArray[np.int8], customer: NDArray[np.int32] | None = None) -> Nps | None:
    """NPS of responses coded 100 (promoter), 0 (passive), -100 (detractor), shape (N,); None where N is 0.

    `customer`, (N,), as in `pipelines.impact.customers`; without it all responses are independent.
    """
    if not len(points):
        return None
    deviation = (points - points.mean(dtype=np.float64))[:, None]
    [design_effect] = design_effects(customer, lambda rows: deviation[rows], 1).tolist()
    return nps(*by_group(points).sum(axis=0).tolist(), design_effect=design_effect)


def nps_change(before: Nps, after: Nps, z: float = Z95) -> tuple[Estimate, float]:
    """The change of the NPS between two independent waves with its interval, in points, and the two-sided p-value.

    Where customers answered in both waves, the interval is wider than need be: their answers are mostly alike.
    Interval and test are those of the adjusted scores: (NPS'₂ - NPS'₁) / √(Var₁/n₁' + Var₂/n₂'). Source: Rocks 2016.
    """
    (first, first_error), (second, second_error) = adjusted_points(before), adjusted_points(after)
    error = math.hypot(first_error, second_error)
    centre = second - first
    change = bounded_estimate(after.score - before.score, z * error, MAX_CHANGE, centre=centre)
    return change, float(2 * norm.sf(abs(centre) / error))


def smallest_visible_change(before: Nps, after: Nps, power: float = 0.8, z: float = Z95) -> float:
    """The change in points that is significant with this power, in waves of the sizes and shares of these two."""
    (_, first), (_, second) = adjusted_points(before), adjusted_points(after)
    return (z + float(norm.ppf(power))) * math.hypot(first, second)


def bounded_estimate(value: float, margin: float, bound: float, *, centre: float | None = None) -> Estimate:
    """The interval centre ± margin, cut to ± bound and extended so that it holds the value.

    `centre` is the value unless it is given: an adjusted estimate is far from it where there are few responses.
    """
    middle = value if centre is None else centre
    low, high = max(-bound, middle - margin), min(bound, middle + margin)
    return Estimate(value, min(low, value), max(high, value))


def adjusted_points(score: Nps) -> tuple[float, float]:
    """The adjusted score and its standard error, in points."""
    centre, error = _adjusted(score.promoters, score.detractors, score.n, score.design_effect)
    return 100 * centre, 100 * error


def _adjusted(promoters: int, detractors: int, n: int, design_effect: float) -> tuple[float, float]:
    """The adjusted score and its standard error, in shares, of n/effect responses."""
    effective = n / design_effect
    centre, variance = adjusted_score(promoters / design_effect, detractors / design_effect, effective)
    return centre, math.sqrt(variance / (effective + ADDED_RESPONSES))
