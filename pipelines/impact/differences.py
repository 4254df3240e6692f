"""Differences between two independent groups of responses: of a rate of mentions, and of an impact.

The difference of two NPS is `pipelines.impact.nps.nps_change`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.stats import norm

from pipelines.impact.nps import Z95
from saywhy.estimate import Estimate

#: Bounds of a difference of two impacts, in points.
_MAX_POINTS = 200.0


class Rate(NamedTuple):
    """`mentions` among `responses`; the variance is so many times (`design_effect`) that of independent responses."""

    mentions: int
    responses: int
    design_effect: float = 1.0

    @property
    def share(self) -> float:
        return self.mentions / self.responses


def rate_difference(rate: Rate, reference: Rate, z: float = Z95) -> tuple[Estimate, float]:
    """The first rate minus the second, -1 … 1, with its 95 % interval, and the two-sided p-value.

    One mention and one response without it are added to each group: p' = (x + 1)/(n + 2). Interval and test are those
    of p'₁ - p'₂ with the variance p'₁(1 - p'₁)/(n₁ + 2) + p'₂(1 - p'₂)/(n₂ + 2), which stays positive where nobody or
    everybody names the cause. The difference itself is not adjusted. With a design effect x and n are first divided by
    it, as for the NPS.

    Source: Agresti and Caffo, "Simple and effective confidence intervals for proportions and differences of
    proportions result from adding two successes and two failures", The American Statistician 54 (2000).
    """
    (first, first_variance), (second, second_variance) = _adjusted(rate), _adjusted(reference)
    centre, error = first - second, math.sqrt(first_variance + second_variance)
    return _estimate(rate.share - reference.share, centre, error, 1.0, z), _p_value(centre, error)


def points_difference(impact: Estimate, reference: Estimate, z: float = Z95) -> tuple[Estimate, float]:
    """The first impact minus the second in NPS points with its 95 % interval, and the two-sided p-value.

    The variance of the difference of two independent estimates is the sum of their variances. The standard error of
    each is half the width of its interval over `z`: of its longer side, as the other may be cut to what is possible.
    """
    error = math.hypot(*(max(each.value - each.low, each.high - each.value) / z for each in (impact, reference)))
    difference = impact.value - reference.value
    return _estimate(difference, difference, error, _MAX_POINTS, z), _p_value(difference, error)


def _adjusted(rate: Rate) -> tuple[float, float]:
    """The adjusted rate and its variance."""
    n = rate.responses / rate.design_effect + 2
    share = (rate.mentions / rate.design_effect + 1) / n
    return share, share * (1 - share) / n


def _estimate(difference: float, centre: float, error: float, bound: float, z: float) -> Estimate:
    """The interval around the adjusted centre, which holds the difference and stays within ± bound."""
    low, high = max(-bound, centre - z * error), min(bound, centre + z * error)
    return Estimate(difference, min(low, difference), max(high, difference))


def _p_value(centre: float, error: float) -> float:
    return float(2 * norm.sf(abs(centre) / error)) if error else 1.0
