"""What the NPS would be without the mentions of a cause: the outcome model, g-computation, and its errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

#: Prior standard deviation of a coefficient, in logits: hardly felt by a cause with thirty mentions, but enough to keep
#: one finite that only detractors name (Gelman and others 2008). That of the intercepts is next to none.
COEFFICIENT_SD = 2.5
INTERCEPT_SD = 10.0

_MOST_STEPS = 50
_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Recoverable:
    """Points (K,) of the NPS that would be won were a cause no longer named, and their covariance (K, K)."""

    points: NDArray[np.float64]
    covariance: NDArray[np.float64]


def recoverable(
    points: NDArray[np.int8], named: sparse.csr_array, controls: sparse.csr_array | None = None, responses: int = 0
) -> Recoverable:
    """By how many points the NPS would be higher if nobody named cause k and everything else stayed as it is.

    `points`, shape (N,), are 100, 0, -100; `named`, shape (N, K), and `controls`, shape (N, C) (segments, waves), are
    not zero where a response has the cause or the property. Of `responses` (at least N, or 0 for N), those beyond N
    can name nothing; they only dilute the points.

    A multinomial logit model with a normal prior gives each response its chances to be promoter, passive or detractor:
    η = (η_promoter, η_detractor) against passive. With β_k switched off where k is named, the mean of
    100·(P(promoter) - P(detractor)) less what it is now is the estimate (g-computation; Robins 1986). Its covariance is
    that of the influence functions of both steps (infinitesimal jackknife; Efron 1982): it holds if the model
    is wrong, and agrees with the bootstrap. It is scaled by n/(n - degrees of freedom) for small samples.

    An association: whether the mentions would take the low scores with them, no survey can tell.
    """
    base, causes = named.shape
    total = responses or base
    if not base or not causes:
        return Recoverable(np.zeros(causes), np.zeros((causes, causes)))
    design, counts = aggregated(_design(named, controls), points)
    model = _fit(design, counts)
    return _without(model, design, counts, np.arange(1, causes + 1), total)


def with_influence(
    points: NDArray[np.int8], named: sparse.csr_array, controls: sparse.csr_array | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points of `recoverable`, (K,), and how each of the N responses moves them, (N, K), for few responses (N·K).

    The mean of the influences is 0; their squares over N² sum to the variances.
    """
    design = _design(named, controls)
    counts = np.stack([points > 0, points == 0, points < 0], axis=1).astype(np.float64)
    model = _fit(design, counts)
    gains = _gains(model, design, counts, np.arange(1, named.shape[1] + 1))
    won = np.asarray(gains.own.mean(axis=0))
    by_group = np.stack([gains.influence(design, slice(None), group) for group in range(3)], axis=1)
    influence = (by_group * counts[:, :, None]).sum(axis=1) - won
    return 100 * won, 100 * np.sqrt(model.correction(len(points))) * influence


def _design(named: sparse.csr_array, controls: sparse.csr_array | None) -> sparse.csr_array:
    ones = sparse.csr_array(np.ones((named.shape[0], 1)))
    blocks = [ones, named.astype(bool), *([] if controls is None else [controls.astype(bool)])]
    return sparse.csr_array(sparse.hstack(blocks, format="csr", dtype=np.float64))


def aggregated(design: sparse.csr_array, points: NDArray[np.int8]) -> tuple[sparse.csr_array, NDArray[np.float64]]:
    """Each distinct row once, and how many promoters, passives and detractors have it: (U, P) and (U, 3).

    The order of the rows that come out does not depend on that of those that go in.
    """
    _, first, place = np.unique(row_marks(design), return_index=True, return_inverse=True)
    group = np.where(points > 0, 0, np.where(points < 0, 2, 1))
    counts = np.bincount(3 * place.ravel() + group, minlength=3 * len(first)).reshape(-1, 3)
    return design[first], counts.astype(np.float64)


def row_marks(design: sparse.csr_array) -> NDArray[np.int64]:
    """A number for each row, the same for rows that are not zero in the same columns: (N,).

    A sum of random 64-bit numbers, one a column: among a million different rows two fall together with a chance of 3 in
    100 million.
    """
    marks = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, design.shape[1])
    sums = np.zeros(design.shape[0], dtype=np.int64)
    filled = np.diff(design.indptr) > 0
    sums[filled] = np.add.reduceat(marks[design.indices], design.indptr[:-1][filled])
    return sums


@dataclass(frozen=True, slots=True)
class _Model:
    """Coefficients (2, P) of promoter and detractor against passive, and the inverse of the information (2P, 2P)."""

    coefficients: NDArray[np.float64]
    inverse: NDArray[np.float64]
    freedom: float  # effective number of coefficients a group

    def correction(self, base: float) -> float:
        """What makes variances of small samples whole: n/(n - degrees of freedom)."""
        return base / max(base - self.freedom, base / 2)


def _fit(design: sparse.csr_array, counts: NDArray[np.float64]) -> _Model:
    """Penalised maximum likelihood by Newton's method, halving steps that overshoot."""
    width = design.shape[1]
    penalty = np.full(width, COEFFICIENT_SD**-2)
    penalty[0] = INTERCEPT_SD**-2
    n = counts.sum(axis=1)
    start = np.log(counts.sum(axis=0) + 0.5)
    coefficients = np.zeros((2, width))
    coefficients[:, 0] = start[[0, 2]] - start[1]
    transposed = design.T.tocsr()
    shares, height = _chances(design, coefficients, counts, penalty)
    for _ in range(_MOST_STEPS):
        residual = counts[:, [0, 2]] - n[:, None] * shares
        gradient = (transposed @ residual).T - penalty * coefficients
        information = _information(design, transposed, n, shares)
        step = linalg.solve(information + np.diag(np.tile(penalty, 2)), gradient.ravel(), assume_a="pos")
        decrement, size = float(step @ gradient.ravel()), 1.0
        while True:
            moved = coefficients + size * step.reshape(2, width)
            shares, reached = _chances(design, moved, counts, penalty)
            if reached >= height - 1e-9 * abs(height) or size < 1e-3:
                break
            size /= 2
        coefficients, height = moved, reached
        if decrement < 1e-6:  # twice what the log likelihood can still gain; the effect on any estimate is nil
            break
    information = _information(design, transposed, n, shares)
    inverse = linalg.inv(information + np.diag(np.tile(penalty, 2)))
    return _Model(coefficients, inverse, float((inverse * information).sum()) / 2)


def _chances(
    design: sparse.csr_array,
    coefficients: NDArray[np.float64],
    counts: NDArray[np.float64],
    penalty: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """Of each row to be promoter and detractor, (U, 2), and the penalised log likelihood."""
    logits = design @ coefficients.T
    shares, scale = _shares(logits)
    likelihood = float((counts[:, [0, 2]] * logits).sum() - counts.sum(axis=1) @ scale)
    return shares, likelihood - float((penalty * coefficients**2).sum()) / 2


def _shares(logits: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of promoters and detractors, (U, 2), of logits against passives, and the log of their sum of powers."""
    top = np.maximum(logits.max(axis=1), 0)
    powers = np.exp(logits - top[:, None])
    whole = powers.sum(axis=1) + np.exp(-top)
    return powers / whole[:, None], np.log(whole) + top


def _information(
    design: sparse.csr_array, transposed: sparse.csr_array, n: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Minus the second derivative of the log likelihood, (2P, 2P)."""
    lengths = np.diff(design.indptr)

    def block(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        weighted = sparse.csr_array(
            (design.data * np.repeat(weights, lengths), design.indices, design.indptr), design.shape
        )
        product: NDArray[np.float64] = (transposed @ weighted).toarray()
        return product

    promoter, detractor = shares.T
    across = block(-n * promoter * detractor)
    return np.block([[block(n * promoter * (1 - promoter)), across], [across, block(n * detractor * (1 - detractor))]])


@dataclass(frozen=True, slots=True)
class _Gains:
    """What each of U rows gains where a column (K) is switched off, and how the sum of gains hangs on the model."""

    own: sparse.csr_array  # (U, K), in chances
    pull: NDArray[np.float64]  # (2P, K): by how much the sum rises per unit of score residual in each coefficient
    shares: NDArray[np.float64]  # (U, 2)

    def influence(self, design: sparse.csr_array, part: slice, group: int) -> NDArray[np.float64]:
        """How a row that is promoter, passive or detractor (`group`) moves the sums of gains: (rows of part, K).

        By its own gain, and by moving the coefficients.
        """
        half = len(self.pull) // 2
        promoter, detractor = design[part] @ self.pull[:half], design[part] @ self.pull[half:]
        residual = np.array([group == 0, group == 2], dtype=np.float64) - self.shares[part]
        moved: NDArray[np.float64] = self.own[part].toarray() + promoter * residual[:, :1] + detractor * residual[:, 1:]
        return moved


def _without(
    model: _Model, design: sparse.csr_array, counts: NDArray[np.float64], columns: NDArray[np.intp], total: int
) -> Recoverable:
    """Switch off each of the columns (K) in turn."""
    gains = _gains(model, design, counts, columns)
    base = float(counts.sum())
    won = counts.sum(axis=1) @ gains.own / total
    squares = np.zeros((len(columns), len(columns)))
    for start in range(0, len(counts), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        for group in range(3):
            influence = gains.influence(design, part, group) * np.sqrt(counts[part, group])[:, None]
            squares += influence.T @ influence
    covariance = model.correction(base) * (squares / total**2 - np.outer(won, won) / total)
    return Recoverable(100 * won, 100**2 * covariance)


def _gains(model: _Model, design: sparse.csr_array, counts: NDArray[np.float64], columns: NDArray[np.intp]) -> _Gains:
    n, width = counts.sum(axis=1), design.shape[1]
    logits = design @ model.coefficients.T
    shares, _ = _shares(logits)
    now, slope_now = _score(shares)
    by_column = design.tocsc()
    gains, places, owners = [], [], []
    gradient = np.zeros((2 * width, len(columns)))
    for place, column in enumerate(columns.tolist()):
        rows = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        then, slope = _score(_shares(logits[rows] - model.coefficients[:, column])[0])
        gains.append(then - now[rows])
        places.append(rows)
        owners.append(np.full(len(rows), place))
        weights = n[rows, None] * (slope - slope_now[rows])
        change = (design[rows].T @ weights).T  # (2, P): of the sum of gains with the coefficients …
        change[:, column] -= n[rows] @ slope  # … of which this one is no longer there
        gradient[:, place] = change.ravel()
    cells = (np.concatenate(places), np.concatenate(owners))
    own = sparse.csr_array((np.concatenate(gains), cells), (len(n), len(columns)))
    return _Gains(own, model.inverse @ gradient, shares)


def _score(shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """P(promoter) - P(detractor), (U,), and its derivatives by both logits, (U, 2)."""
    score = shares[:, 0] - shares[:, 1]
    return score, np.stack([shares[:, 0] * (1 - score), -shares[:, 1] * (1 + score)], axis=1)
