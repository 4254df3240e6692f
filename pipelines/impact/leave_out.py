"""The leave-out difference, which other tools show, with the interval that they do not show.

The formulas in plain words: docs/explanation/impact.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from models.arrays import Floats
from pipelines.impact.adjusted_wald import variance_in_points
from pipelines.impact.customers import design_effects
from pipelines.impact.nps import Z95


def leave_out(named: ArrayLike, everyone: ArrayLike, responses: int | None = None) -> tuple[Floats, Floats]:
    """The impact of each key and its standard error, in NPS points, each of shape (K,).

    `named`, shape (K, 3), counts promoters, passives and detractors who name each key (at least one); `everyone`,
    shape (3,) or (K, 3), counts them among all N who could. With T the NPS of the n who name the key, E the NPS of the
    others, A the NPS of all, and p = n/N:

        impact = E - A = p·(E - T)          positive: without those who name it, the NPS would be higher
        error² = p²·(s_T²/n + s_E²/(N - n)) + (T - E)²·p·(1 - p)/N                      (delta method)

    The error accounts for T and E being sample means and p being a sample proportion. The variances s² are
    adjusted-Wald (`pipelines.impact.adjusted_wald`), so the standard error stays positive for n = 1 and for unanimous
    groups. Where n = N the impact is 0 and the error infinite.

    Where only N of all `responses` could name a key (they wrote a comment), p is n over `responses`: the points then
    refer to the NPS of all responses, while the comparison is still between people who wrote.

    Sources: the leave-out difference as Thematic and Kapiche document it; Casella and Berger, "Statistical Inference",
    5.5.4, for the delta method; Rocks 2016 for the adjusted variances.
    """
    inside = np.asarray(named, dtype=np.float64).reshape(-1, 3)
    outside = np.asarray(everyone, dtype=np.float64) - inside
    n, others = inside.sum(axis=1), outside.sum(axis=1)
    total = n + others if responses is None else np.float64(responses)
    share = n / total
    no_others = others == 0
    others = np.where(no_others, 1, others)  # avoids a division by 0; these rows are overwritten below
    difference = _score(outside, others) - _score(inside, n)
    variance = share**2 * (variance_in_points(inside, n) / n + variance_in_points(outside, others) / others)
    variance += difference**2 * share * (1 - share) / total
    return np.where(no_others, 0, share * difference), np.where(no_others, np.inf, np.sqrt(variance))


def leave_out_design_effects(
    points: NDArray[np.int8], named: sparse.csr_array, customer: NDArray[np.int32] | None
) -> Floats:
    """By how much repeated customers increase the variances of `leave_out`, (K,): `pipelines.impact.customers`.

    Shapes (N,), (N, K), (N,). The influence of a response with x points on p·(E - T) is E - x if it names the key, and
    n/(N - n)·(x - E) if not, less the mean p·(E - T).
    """
    n, total = named.astype(np.int64).sum(axis=0), len(points)
    others = np.maximum(total - n, 1)
    sum_inside = named.T @ points.astype(np.float64)
    outside_score = (points.sum(dtype=np.float64) - sum_inside) / others
    mean, ratio = (n * outside_score - sum_inside) / total, n / others

    def influence(rows: NDArray[np.intp]) -> Floats:
        deviation = points[rows, None] - outside_score
        influences: Floats = deviation * (ratio - named[rows].toarray() * (1 + ratio)) - mean
        return influences

    return design_effects(customer, influence, named.shape[1])


def clipped_interval(
    points: Floats, error: Floats, everyone: ArrayLike, responses: int, z: float = Z95
) -> tuple[Floats, Floats]:
    """The ends of the interval points ± z·error, cut so that the NPS of `everyone` stays in -100 … 100.

    `everyone`, shape (3,), counts promoters, passives and detractors among `responses`.
    """
    low, high = possible_gain(everyone, responses)
    return np.maximum(points - z * error, low), np.minimum(points + z * error, high)


def possible_gain(everyone: ArrayLike, responses: int) -> tuple[float, float]:
    """The least and the most that the NPS can gain where the scores of `everyone` change, as in `clipped_interval`."""
    promoters, passives, detractors = np.asarray(everyone, dtype=np.float64).tolist()
    n, score = promoters + passives + detractors, 100 * (promoters - detractors)
    return (-100 * n - score) / responses, (100 * n - score) / responses


def _score(groups: Floats, n: Floats) -> Floats:
    scores: Floats = 100 * (groups[:, 0] - groups[:, 2]) / n
    return scores
