"""Net Promoter Score with its interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from saywhy.estimate import Estimate, Nps
from saywhy.feedback import Group, Score

#: Two-sided 95 %.
Z95 = 1.96

#: What one response adds to the NPS, in points times the number of responses.
POINTS = {Group.PROMOTER: 100, Group.PASSIVE: 0, Group.DETRACTOR: -100}

#: The same by score 0 … 10.
POINTS_BY_SCORE = tuple(POINTS[group] for value in range(11) if (group := Score(value).group))


def nps(promoters: int, passives: int, detractors: int, z: float = Z95) -> Nps:
    """NPS in points with its adjusted-Wald interval, cut to what is possible (-100 … 100).

    Adding ¾ of a promoter, 1½ of a passive and ¾ of a detractor before the usual formula keeps the interval honest
    for few responses and for unanimous ones: n' = n + 3, P' = (P + ¾)/n', D' = (D + ¾)/n',
    margin = z·√((P' + D' - (P' - D')²)/n') around P' - D'. The score itself is not adjusted.
    Source: Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70 (2016).

    Raises ValueError for negative counts, and where there is no response at all.
    """
    n = promoters + passives + detractors
    if min(promoters, passives, detractors) < 0 or n == 0:
        raise ValueError("NPS needs at least one scored response and no negative count")
    adjusted_n = n + 3
    promoter_share, detractor_share = (promoters + 0.75) / adjusted_n, (detractors + 0.75) / adjusted_n
    centre = promoter_share - detractor_share
    margin = z * math.sqrt((promoter_share + detractor_share - centre**2) / adjusted_n)
    score = 100 * (promoters - detractors) / n
    return Nps(
        score=score,
        low=max(-100.0, min(score, 100 * (centre - margin))),  # of one response, the centre is far from the score
        high=min(100.0, max(score, 100 * (centre + margin))),
        n=n,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
    )


def nps_of(points: NDArray[np.int8]) -> Nps | None:
    """NPS of responses coded 100 (promoter), 0 (passive), -100 (detractor), shape (N,); None where N is 0."""
    if not len(points):
        return None
    promoters, detractors = int((points > 0).sum()), int((points < 0).sum())
    return nps(promoters, len(points) - promoters - detractors, detractors)


def nps_change(before: Nps, after: Nps, z: float = Z95) -> tuple[Estimate, float]:
    """By how many points the NPS moved between two independent waves, with its interval, and the two-sided p-value.

    The interval and the test are those of the adjusted shares: (NPS'₂ - NPS'₁) / √(Var₁/n₁' + Var₂/n₂'). Source: Rocks
    2016.
    """
    (first, first_error), (second, second_error) = _adjusted(before), _adjusted(after)
    error = math.hypot(first_error, second_error)
    centre = second - first
    low, high = max(-200.0, centre - z * error), min(200.0, centre + z * error)
    moved = after.score - before.score
    return Estimate(moved, min(low, moved), max(high, moved)), float(2 * norm.sf(abs(centre) / error))


def smallest_visible_change(before: Nps, after: Nps, power: float = 0.8, z: float = Z95) -> float:
    """The change in points that two waves of these sizes and shares would show in 80 of 100 cases."""
    (_, first), (_, second) = _adjusted(before), _adjusted(after)
    return (z + float(norm.ppf(power))) * math.hypot(first, second)


def _adjusted(found: Nps) -> tuple[float, float]:
    """The adjusted score and its standard error, in points."""
    n = found.n + 3
    promoter_share, detractor_share = (found.promoters + 0.75) / n, (found.detractors + 0.75) / n
    centre = promoter_share - detractor_share
    return 100 * centre, 100 * math.sqrt((promoter_share + detractor_share - centre**2) / n)
