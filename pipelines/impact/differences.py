"""Differences between two independent groups of responses: of a rate of mentions, and of an impact.

The difference of two NPS is `pipelines.impact.nps.nps_change`.
"""

from __future__ import annotations

import math

from scipy.stats import norm

from pipelines.impact.mention_counts import MentionCounts
from pipelines.impact.nps import MAX_CHANGE, Z95, bounded_estimate
from saywhy.estimate import Estimate


def rate_difference(rate: MentionCounts, reference: MentionCounts, z: float = Z95) -> tuple[Estimate, float]:
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
    difference = bounded_estimate(rate.share - reference.share, z * error, 1.0, centre=centre)
    return difference, _p_value(centre, error)


def points_difference(impact: Estimate, reference: Estimate, z: float = Z95) -> tuple[Estimate, float]:
    """The first impact minus the second in NPS points with its 95 % interval, and the two-sided p-value.

    The variance of the difference of two independent estimates is the sum of their variances. The standard error of
    each is half the width of its interval over `z`: of its longer side, as the other may be cut to what is possible.
    """
    error = math.hypot(*(max(each.value - each.low, each.high - each.value) / z for each in (impact, reference)))
    difference = impact.value - reference.value
    return bounded_estimate(difference, z * error, MAX_CHANGE), _p_value(difference, error)


def _adjusted(rate: MentionCounts) -> tuple[float, float]:
    """The adjusted rate and its variance."""
    mentions, responses = rate.effective
    n = responses + 2
    share = (mentions + 1) / n
    return share, share * (1 - share) / n


def _p_value(centre: float, error: float) -> float:
    return float(2 * norm.sf(abs(centre) / error)) if error else 1.0
