"""The leave-out difference, which other tools show, with the interval that they do not.

The formulas in plain words: docs/explanation/impact.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.impact.nps import Z95


def leave_out(
    named: ArrayLike, everyone: ArrayLike, responses: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Impact and its standard error, in NPS points, each of shape (K,).

    `named`, shape (K, 3), counts promoters, passives and detractors who name each key (at least one); `everyone`,
    shape (3,) or (K, 3), counts them among all N who could. With T the NPS of those n who name the key, E that of the
    others, A that of all, and p = n/N:

        impact = E - A = p·(E - T)          positive: without those who name it, the NPS would be higher
        error² = p²·(s_T²/n + s_E²/(N - n)) + (T - E)²·p·(1 - p)/N                      (delta method)

    The error knows that T and E are means of samples and that p is a proportion in one. The variances s² are those of
    the adjusted shares of `pipelines.impact.nps.nps`, so that a group of one, or one of a single mind, is not taken for
    certain. Where n = N the impact is 0 and the error infinite.

    Where the N who could name a key (they wrote a comment) are only some of all `responses`, p is n out of `responses`:
    the points are then those of the NPS of all, and still only people who wrote are compared with each other.

    Source: the leave-out difference that Thematic and Kapiche document; Casella and Berger, "Statistical Inference",
    5.5.4, for the delta method; Rocks 2016 for the adjusted shares.
    """
    inside = np.asarray(named, dtype=np.float64).reshape(-1, 3)
    outside = np.asarray(everyone, dtype=np.float64) - inside
    n, others = inside.sum(axis=1), outside.sum(axis=1)
    total = n + others if responses is None else np.float64(responses)
    share = n / total
    alone = others == 0
    others = np.where(alone, 1, others)  # any number: these rows are overwritten below
    difference = _score(outside, others) - _score(inside, n)
    variance = share**2 * (adjusted_variance(inside, n) / n + adjusted_variance(outside, others) / others)
    variance += difference**2 * share * (1 - share) / total
    return np.where(alone, 0, share * difference), np.where(alone, np.inf, np.sqrt(variance))


def clipped_interval(
    points: NDArray[np.float64], error: NDArray[np.float64], everyone: ArrayLike, responses: int, z: float = Z95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ends of the interval points ± z·error, cut to what is possible: the NPS of `everyone` stays in -100 … 100.

    `everyone`, shape (3,), counts promoters, passives and detractors among `responses`.
    """
    promoters, passives, detractors = np.asarray(everyone, dtype=np.float64)
    n = promoters + passives + detractors
    score = 100 * (promoters - detractors)
    low, high = (-100 * n - score) / responses, (100 * n - score) / responses
    return np.maximum(points - z * error, low), np.minimum(points + z * error, high)


def _score(groups: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    scores: NDArray[np.float64] = 100 * (groups[:, 0] - groups[:, 2]) / n
    return scores


def adjusted_variance(groups: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of one response of each group, in squared points, (K,): of shares with ¾, 1½ and ¾ of a response added."""
    promoters, detractors = (groups[:, 0] + 0.75) / (n + 3), (groups[:, 2] + 0.75) / (n + 3)
    variance: NDArray[np.float64] = 100**2 * (promoters + detractors - (promoters - detractors) ** 2)
    return variance
