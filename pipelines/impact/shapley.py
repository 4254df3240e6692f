"""The points lost, divided among causes that are named together: Shapley values of a linear regression."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats
from threadpoolctl import threadpool_limits

from models.arrays import Floats
from pipelines.impact.customers import clusters, jackknife_groups
from pipelines.impact.design import row_hashes

#: Up to this many causes the mean is over all orders of the causes, beyond it over a random sample of orders.
MAX_EXACT = 12

_ORDERS = 64  # each is also used in reverse
_GROUPS = 40

#: Added to each variance, as a share of it: of two identical columns, the one that comes second gets nothing.
_RIDGE = 1e-9

#: The highest mean of points, that of promoters alone; the lowest, that of detractors alone, is its negative.
MAX_MEAN = 100.0


@dataclass(frozen=True, slots=True)
class Shares:
    """The points of each cause (K,) with their 95 % interval, and the total, which they sum to."""

    points: Floats
    low: Floats
    high: Floats
    total: float


def points_lost(
    points: NDArray[np.int8],
    named: sparse.csr_array,
    responses: int = 0,
    customer: NDArray[np.int32] | None = None,
) -> Shares:
    """How the points lost are divided among the causes: shapes (N,), (N, K) → (K,).

    `responses` and `customer` are as in `recoverable`.

    The points lost are by how much responses that name nothing score above the mean: the intercept of a regression of
    the points on all causes, less the mean. The same of a regression on a subset of the causes is what that subset
    costs; for a single cause it is the leave-out impact. The Shapley value of a cause is what it adds to the causes
    before it, averaged over all orders: two causes that are always named together share what they cost. Praise has
    negative points.

    A mean of points is within -100 and 100, so the intercept is cut to that: where nearly everybody names a cause, a
    regression on few responses can extrapolate beyond it. So a share is within -200 and 200.

    The interval is that of a jackknife over random groups of customers (Kott 2001), with the same orders.
    Sources: Shapley 1953; Lindeman, Merenda and Gold 1980, with the intercept less the mean in place of R².
    """
    base, causes = named.shape
    if not base or not causes:
        nothing = np.zeros(causes)
        return Shares(nothing, nothing, nothing, 0.0)
    dilution = base / (responses or base)
    # Responses are sorted by content, and those of the same content by what their customers said besides, before the
    # random assignment: so the order of the input has no effect.
    row_hash, cluster = row_hashes(named), clusters(np.full(base, -1, np.int32) if customer is None else customer)
    group_hash = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 3)[np.sign(points) + 1]
    customer_hash = np.zeros(base, dtype=np.int64)
    np.add.at(customer_hash, cluster, (row_hash + 1) * group_hash)
    order = np.lexsort((customer_hash[cluster], points, row_hash))
    group_of = jackknife_groups(customer, order, _GROUPS)
    groups = int(group_of.max()) + 1  # as many as customers, where there are few
    columns = sparse.hstack([sparse.csr_array(np.ones((base, 1))), named.astype(np.float64)], format="csr")
    group_moments = np.stack(
        [_moments(columns[group_of == group], points[group_of == group]) for group in range(groups)]
    )
    moments = group_moments.sum(axis=0)
    value = _shapley_of_moments(moments)
    if groups == 1:
        margin = np.full(causes, np.inf)
    else:
        without_group = _shapley_of_moments(moments - group_moments)
        margin = np.sqrt((groups - 1) / groups * np.var(without_group, axis=0) * groups)
        margin *= stats.t.ppf(0.975, groups - 1)
    low, high = np.maximum(value - margin, -2 * MAX_MEAN), np.minimum(value + margin, 2 * MAX_MEAN)
    return Shares(dilution * value, dilution * low, dilution * high, dilution * float(value.sum()))


def shapley(
    covariance: Floats, left: Floats, right: Floats, least: Floats | float = -np.inf, most: Floats | float = np.inf
) -> Floats:
    """The Shapley values (…, K) of games, (…, K, K) and (…, K), in which a set S is worth left_S · cov_SS⁻¹ · right_S,
    but at least `least` and at most `most`, both (…).

    With both sides the covariances with the outcome, a set's worth is the variance that a regression on S explains.
    With the negative means of the columns on the left, it is the regression's intercept less the mean of the outcome.
    Exact up to `MAX_EXACT` columns, else the mean over `_ORDERS` random orders and their reverse; both sum to the
    worth of all columns.
    """
    causes = left.shape[-1]
    diagonal = _RIDGE * np.diagonal(covariance, axis1=-2, axis2=-1) + np.finfo(np.float64).tiny ** 0.25
    ridged = covariance + diagonal[..., None] * np.eye(causes)
    if causes <= MAX_EXACT:
        games = left.shape[:-1]
        lower, upper = np.broadcast_to(least, games), np.broadcast_to(most, games)
        exact = [
            _over_all_sets(ridged[game], left[game], right[game], float(lower[game]), float(upper[game]))
            for game in np.ndindex(games)
        ]
        return np.stack(exact).reshape(left.shape)
    # Bordering the covariance with `left` and `right`, the Cholesky factor has two more rows: the part of each side
    # that a column adds to those before it. Large entries in the corner keep the bordered matrix positive definite.
    sides = np.stack([left, right], axis=-2)
    corner = np.broadcast_to(1e200 * np.eye(2), (*left.shape[:-1], 2, 2))
    bordered = np.block([[ridged, np.swapaxes(sides, -1, -2)], [sides, corner]])
    generator = np.random.default_rng(0)
    values = np.zeros(left.shape)
    lower, upper = np.asarray(least)[..., None], np.asarray(most)[..., None]
    with threadpool_limits(1):  # matrices this small are slower on several threads
        for _ in range(_ORDERS):
            order = generator.permutation(causes)
            for columns in (order, order[::-1]):
                rows = np.concatenate([columns, [causes, causes + 1]])
                factor = np.linalg.cholesky(bordered[..., rows[:, None], rows])
                worth = np.cumsum(factor[..., -2, :-2] * factor[..., -1, :-2], axis=-1)
                values[..., columns] += np.diff(np.clip(worth, lower, upper), prepend=0.0)
    return values / (2 * _ORDERS)


def _over_all_sets(covariance: Floats, left: Floats, right: Floats, least: float, most: float) -> Floats:
    """The exact Shapley values (K,) of one game. A set is a bit mask: bit k is column k."""
    size = len(left)
    worth = np.zeros(2**size)
    members = (np.arange(2**size)[:, None] >> np.arange(size)) & 1 == 1
    for count in range(1, size + 1):
        chosen = np.array(list(combinations(range(size), count)))
        solved = np.linalg.solve(covariance[chosen[:, :, None], chosen[:, None, :]], right[chosen][:, :, None])[:, :, 0]
        worth[(1 << chosen).sum(axis=1)] = (left[chosen] * solved).sum(axis=1)
    worth = np.clip(worth, least, most)
    weight = 1 / (size * np.array([comb(size - 1, count) for count in range(size)]))
    values = np.zeros(size)
    for column in range(size):
        before = np.flatnonzero(~members[:, column])
        values[column] = weight[members[before].sum(axis=1)] @ (worth[before | 1 << column] - worth[before])
    return values


def _moments(columns: sparse.csr_array, points: NDArray[np.int8]) -> Floats:
    """Sums of products of the columns (the first is 1) with each other and with the points: (K + 1, K + 2)."""
    transposed = columns.T.tocsr()
    return np.column_stack([(transposed @ columns).toarray(), transposed @ points.astype(np.float64)])


def _shapley_of_moments(moments: Floats) -> Floats:
    """The Shapley values (…, K) of the points lost, from moments (…, K + 1, K + 2)."""
    n = moments[..., :1, :1]
    means = moments[..., 0, 1:-1] / n[..., 0]
    covariance = moments[..., 1:, 1:-1] / n - means[..., :, None] * means[..., None, :]
    with_points = moments[..., 1:, -1] / n[..., 0] - means * moments[..., 0, -1:] / n[..., 0]
    mean_points = moments[..., 0, -1] / n[..., 0, 0]
    return shapley(covariance, -means, with_points, -MAX_MEAN - mean_points, MAX_MEAN - mean_points)
