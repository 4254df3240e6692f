"""The points lost, shared out fairly among causes that are named together: Shapley values of a regression."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats
from threadpoolctl import threadpool_limits

from pipelines.impact.recoverable import row_marks

#: Up to so many causes every order is taken into account, beyond it a sample of orders.
MOST_EXACT = 12

_ORDERS = 64  # each is also gone through backwards
_GROUPS = 40

#: Added to each variance, as a share of it: of two columns that say the same, whichever comes second gets nothing.
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Shares:
    """The points that fall to each cause (K,) with their 95 % interval, and the total, which they sum to."""

    points: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    total: float


def points_lost(points: NDArray[np.int8], named: sparse.csr_array, responses: int = 0) -> Shares:
    """How the points lost fall to the causes: shapes (N,), (N, K) → (K,). `responses` as in `recoverable`.

    Lost is by how much those who name nothing score above the mean: in the regression of the points on the causes,
    the intercept less the mean. The regression on a set of causes tells what this set costs; for one alone
    it is the leave-out impact. The Shapley value of a cause is what it adds to those before it, in the mean over all
    orders: two that are always named together share what they cost. Praise, as one of the causes, has negative points.

    The interval is that of a jackknife over random groups of responses (Kott 2001), through the same orders.
    Sources: Shapley 1953; Lindeman, Merenda and Gold 1980, with the intercept less the mean in the place of R².
    """
    base, causes = named.shape
    if not base or not causes:
        nothing = np.zeros(causes)
        return Shares(nothing, nothing, nothing, 0.0)
    scale = base / (responses or base)
    groups = min(_GROUPS, base)
    member = np.empty(base, dtype=np.int64)  # drawn by what is in a row, so that the order of the rows is nothing
    member[np.lexsort((points, row_marks(named)))] = np.random.default_rng(0).permutation(base) % groups
    columns = sparse.hstack([sparse.csr_array(np.ones((base, 1))), named.astype(np.float64)], format="csr")
    parts = np.stack([_moments(columns[member == group], points[member == group]) for group in range(groups)])
    whole = parts.sum(axis=0)
    value = _of_moments(whole)
    if groups == 1:
        spread = np.full(causes, np.inf)
    else:
        without = _of_moments(whole - parts)
        spread = np.sqrt((groups - 1) / groups * np.var(without, axis=0) * groups)
        spread *= stats.t.ppf(0.975, groups - 1)
    most = 200.0  # from all promoters to all detractors
    low, high = np.maximum(value - spread, -most), np.minimum(value + spread, most)
    return Shares(scale * value, scale * low, scale * high, scale * float(value.sum()))


def relative_importance(points: NDArray[np.int8], named: sparse.csr_array) -> NDArray[np.float64]:
    """The share of R² of each cause, which sum to R² (LMG): what other tools give. Shapes (N,), (N, K) → (K,)."""
    columns = sparse.hstack([sparse.csr_array(np.ones((len(points), 1))), named.astype(np.float64)], format="csr")
    covariance, _, outcome = _centred(_moments(columns, points))
    return shapley(covariance, outcome, outcome) / float(points.var())


def shapley(
    covariance: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The Shapley values (…, K) of games, (…, K, K) and (…, K), in which a set S is worth left_S · cov_SS⁻¹ · right_S.

    With both the covariances with the outcome, this is the variance that a regression on S explains; with the means of
    the columns, turned round, on the left, it is how far the regression's intercept lies above the mean.
    Exact up to `MOST_EXACT` columns, else over `_ORDERS` random orders and their reverse, which sum to the total too.
    """
    causes = left.shape[-1]
    diagonal = _RIDGE * np.diagonal(covariance, axis1=-2, axis2=-1) + np.finfo(np.float64).tiny ** 0.25
    ridged = covariance + diagonal[..., None] * np.eye(causes)
    if causes <= MOST_EXACT:
        flat = (array.reshape(-1, *array.shape[covariance.ndim - 2 :]) for array in (ridged, left, right))
        return np.stack([_over_all_sets(*game) for game in zip(*flat, strict=True)]).reshape(left.shape)
    # Each column's part in `left` and `right` beyond those before it, these projected out, are two more rows of
    # the Cholesky factor.
    sides = np.stack([left, right], axis=-2)
    below = np.broadcast_to(1e200 * np.eye(2), (*left.shape[:-1], 2, 2))  # large, so that the table has a factor
    table = np.block([[ridged, np.swapaxes(sides, -1, -2)], [sides, below]])
    generator = np.random.default_rng(0)
    found = np.zeros(left.shape)
    with threadpool_limits(1):  # matrices so small are slower on several threads than on one
        for _ in range(_ORDERS):
            order = generator.permutation(causes)
            for way in (order, order[::-1]):
                rows = np.concatenate([way, [causes, causes + 1]])
                factor = np.linalg.cholesky(table[..., rows[:, None], rows])
                found[..., way] += factor[..., -2, :-2] * factor[..., -1, :-2]
    return found / (2 * _ORDERS)


def _over_all_sets(
    covariance: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.float64]:
    size = len(left)
    worth = np.zeros(2**size)
    members = (np.arange(2**size)[:, None] >> np.arange(size)) & 1 == 1
    for count in range(1, size + 1):
        chosen = np.array(list(combinations(range(size), count)))
        solved = np.linalg.solve(covariance[chosen[:, :, None], chosen[:, None, :]], right[chosen][:, :, None])[:, :, 0]
        worth[(1 << chosen).sum(axis=1)] = (left[chosen] * solved).sum(axis=1)
    weight = 1 / (size * np.array([comb(size - 1, count) for count in range(size)]))
    found = np.zeros(size)
    for column in range(size):
        before = np.flatnonzero(~members[:, column])
        found[column] = weight[members[before].sum(axis=1)] @ (worth[before | 1 << column] - worth[before])
    return found


def _moments(columns: sparse.csr_array, points: NDArray[np.int8]) -> NDArray[np.float64]:
    """Sums of products of the columns (the first is 1) with each other and with the points: (K + 1, K + 2)."""
    turned = columns.T.tocsr()
    return np.column_stack([(turned @ columns).toarray(), turned @ points.astype(np.float64)])


def _centred(moments: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Covariances of the columns (…, K, K), their means (…, K), and their covariances with the points (…, K)."""
    n = moments[..., :1, :1]
    means = moments[..., 0, 1:-1] / n[..., 0]
    covariance = moments[..., 1:, 1:-1] / n - means[..., :, None] * means[..., None, :]
    return covariance, means, moments[..., 1:, -1] / n[..., 0] - means * moments[..., 0, -1:] / n[..., 0]


def _of_moments(moments: NDArray[np.float64]) -> NDArray[np.float64]:
    covariance, means, outcome = _centred(moments)
    return shapley(covariance, -means, outcome)
