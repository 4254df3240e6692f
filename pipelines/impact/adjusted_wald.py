"""The adjusted-Wald estimate of the NPS: its variance stays positive for one response and for unanimous responses.

Three made-up responses, ¾ promoter, 1½ passive and ¾ detractor, are added before the usual formula.
Source: Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70 (2016).
"""

from __future__ import annotations

from typing import TypeVar

from models.arrays import Floats

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


def added_variance(n: int) -> float:
    """What the adjustment adds to the variance of a mean of n identical responses, in shares: 1.5/(n + 3)/n."""
    _, variance = adjusted_score(0.0, 0.0, n)
    return variance / n
