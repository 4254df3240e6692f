"""The adjusted-Wald estimate of the NPS: its variance stays positive for one response and for unanimous responses.

Three made-up responses, ¾ promoter, 1½ passive and ¾ detractor, are added before the usual formula.
Source: Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70 (2016).
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from models.arrays import Floats, Integers

#: Responses that the adjustment adds; a quarter of them are promoters, a quarter detractors.
ADDED_RESPONSES = 3
_ADDED_TO_EACH = 0.75

_Number = TypeVar("_Number", float, Floats)


def adjusted_score(promoters: _Number, detractors: _Number, n: _Number) -> tuple[_Number, _Number]:
    """The adjusted score, P' - D', and the variance of one response, P' + D' - (P' - D')².

    `promoters` and `detractors` are counts among `n` responses; P' and D' are their shares after the adjustment. Both
    results are in shares (-1 … 1): multiply by 100 and 100² for points. The variance of the score is that of one
    response over n + `ADDED_RESPONSES`.
    """
    adjusted_n = n + ADDED_RESPONSES
    promoter_share = (promoters + _ADDED_TO_EACH) / adjusted_n
    detractor_share = (detractors + _ADDED_TO_EACH) / adjusted_n
    score = promoter_share - detractor_share
    return score, promoter_share + detractor_share - score**2


def variance_in_points(groups: Floats, n: Floats) -> Floats:
    """The adjusted variance of one response in squared points: (K, 3) promoters, passives, detractors; (K,) → (K,)."""
    _, variance = adjusted_score(groups[:, 0], groups[:, 2], n)
    points: Floats = 100**2 * variance
    return points


def excess_variance(counts: Integers, totals: Integers, responses: int) -> Floats:
    """What the adjusted shares add to the variance of what each cause costs, (K,), in squared points.

    `counts`, (K, 3), are the promoters, passives and detractors who name each cause, `totals`, (3,), those of everyone
    who could; the points are those of the NPS of `responses`. It is large for few or unanimous responses.
    """
    excess = np.zeros(len(counts))
    for group_counts in (counts, totals - counts):  # those who name the cause, and the others
        n = np.maximum(group_counts.sum(axis=1), 1)
        shares = group_counts / n[:, None]
        plain = 100**2 * (shares[:, 0] + shares[:, 2] - (shares[:, 0] - shares[:, 2]) ** 2)
        adjusted = variance_in_points(group_counts.astype(np.float64), n.astype(np.float64))
        excess += np.maximum(adjusted - plain, 0) / n
    variance: Floats = (counts.sum(axis=1) / responses) ** 2 * excess
    return variance


def added_variance(n: int) -> float:
    """What the adjustment adds to the variance of a mean of n identical responses, in shares: 1.5/(n + 3)/n."""
    _, variance = adjusted_score(0.0, 0.0, n)
    return variance / n
