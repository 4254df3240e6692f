"""Recoverable points: the NPS without the mentions of a cause, by g-computation, and its standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import Floats
from pipelines.impact.customers import design_effects
from pipelines.impact.design import aggregated, design_matrix
from pipelines.impact.multinomial_logit import LogitModel, fit, group_shares
from pipelines.impact.nps import by_group

#: Rows whose influences are in memory at once.
_BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Recoverable:
    """By how many points (K,) the NPS would be higher if a cause were no longer named, and their covariance (K, K).

    `design_effect`, (K,), says how many times larger the variances are because customers answered several times.
    """

    points: Floats
    covariance: Floats
    design_effect: Floats


def recoverable(
    points: NDArray[np.int8],
    named: sparse.csr_array,
    controls: sparse.csr_array | None = None,
    responses: int = 0,
    customer: NDArray[np.int32] | None = None,
) -> Recoverable:
    """By how many points the NPS would be higher if nobody named cause k and everything else stayed as it is.

    `points`, shape (N,), are 100, 0, -100; `named`, shape (N, K), and `controls`, shape (N, C) (segments, waves), are
    nonzero where a response has the cause or the property. Of `responses` (at least N, or 0 for N), those beyond N
    cannot name a cause; they only dilute the points.

    A multinomial logit model with a normal prior gives each response its probabilities of being promoter, passive and
    detractor: η = (η_promoter, η_detractor) against passive. The estimate is the mean of 100·(P(promoter) -
    P(detractor)) with β_k set to 0 where k is named, less the same mean as it is (g-computation; Robins 1986). The
    covariance is that of the influence functions of both steps (infinitesimal jackknife; Efron 1982): it is valid if
    the model is misspecified, and agrees with the bootstrap. It is scaled by n/(n - degrees of freedom), and by the
    design effects of several responses of one `customer`, (N,) (`pipelines.impact.customers`).

    An association: no survey can tell whether fixing the cause would also raise the low scores.
    """
    base, causes = named.shape
    total = responses or base
    if not base or not causes:
        return Recoverable(np.zeros(causes), np.zeros((causes, causes)), np.ones(causes))
    design, counts, row = aggregated(design_matrix(named, controls), points)
    model = fit(design, counts)
    gains = _gains(model, design, counts, np.arange(1, causes + 1))
    gain = counts.sum(axis=1) @ gains.of_rows / total
    group = by_group(points).argmax(axis=1)
    effect = design_effects(customer, lambda chosen: gains.influence(design, row[chosen], group[chosen]) - gain, causes)
    factor = model.small_sample_factor(base) * np.sqrt(np.outer(effect, effect))
    covariance = factor * (_squares(gains, design, counts) / total**2 - np.outer(gain, gain) / total)
    return Recoverable(100 * gain, 100**2 * covariance, effect)


def with_influence(
    points: NDArray[np.int8], named: sparse.csr_array, controls: sparse.csr_array | None = None
) -> tuple[Floats, Floats]:
    """The points of `recoverable`, (K,), and the influence of each of the N responses on them, (N, K), dense.

    The mean of the influences is 0; the sum of their squares over N² is the variance.
    """
    design = design_matrix(named, controls)
    counts = by_group(points).astype(np.float64)
    model = fit(design, counts)
    gains = _gains(model, design, counts, np.arange(1, named.shape[1] + 1))
    gain = np.asarray(gains.of_rows.mean(axis=0))
    influence_by_group = np.stack([gains.influence(design, slice(None), group) for group in range(3)], axis=1)
    influence = (influence_by_group * counts[:, :, None]).sum(axis=1) - gain
    return 100 * gain, 100 * np.sqrt(model.small_sample_factor(len(points))) * influence


@dataclass(frozen=True, slots=True)
class _Gains:
    """What each of U rows gains where one of K columns is switched off, and how the sums depend on the model."""

    of_rows: sparse.csr_array  # (U, K), in shares (not in points)
    by_residual: Floats  # (2P, K): derivative of the sum of gains by the residuals of each coefficient's score equation
    shares: Floats  # (U, 2) probabilities of promoter and detractor

    def influence(
        self, design: sparse.csr_array, rows: slice | NDArray[np.intp], group: int | NDArray[np.intp]
    ) -> Floats:
        """Influence on the sums of gains of a response in each row if it is promoter (0), passive (1), detractor (2).

        (rows, K): the row's own gain, and its effect through the coefficients. `group` is of all rows or of each.
        """
        width = len(self.by_residual) // 2
        promoter, detractor = design[rows] @ self.by_residual[:width], design[rows] @ self.by_residual[width:]
        residual = np.stack([np.equal(group, 0), np.equal(group, 2)], axis=-1) - self.shares[rows]
        influence: Floats = self.of_rows[rows].toarray() + promoter * residual[:, :1] + detractor * residual[:, 1:]
        return influence


def _squares(gains: _Gains, design: sparse.csr_array, counts: Floats) -> Floats:
    """The sum over all responses of the products of their influences, (K, K)."""
    causes = gains.of_rows.shape[1]
    squares = np.zeros((causes, causes))
    for start in range(0, len(counts), _BATCH_ROWS):
        rows = slice(start, start + _BATCH_ROWS)
        for group in range(3):
            influence = gains.influence(design, rows, group) * np.sqrt(counts[rows, group])[:, None]
            squares += influence.T @ influence
    return squares


def _gains(model: LogitModel, design: sparse.csr_array, counts: Floats, columns: NDArray[np.intp]) -> _Gains:
    n, width = counts.sum(axis=1), design.shape[1]
    logits = design @ model.coefficients.T
    shares, _ = group_shares(logits)
    score_now, slope_now = score_and_slope(shares)
    by_column = design.tocsc()
    gains, row_index, column_index = [], [], []
    gradient = np.zeros((2 * width, len(columns)))
    for index, column in enumerate(columns.tolist()):
        rows = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        score, slope = score_and_slope(group_shares(logits[rows] - model.coefficients[:, column])[0])
        gains.append(score - score_now[rows])
        row_index.append(rows)
        column_index.append(np.full(len(rows), index))
        weights = n[rows, None] * (slope - slope_now[rows])
        derivative = (design[rows].T @ weights).T  # (2, P): of the sum of gains by the coefficients …
        derivative[:, column] -= n[rows] @ slope  # … of which the one that is switched off has no effect any more
        gradient[:, index] = derivative.ravel()
    cells = (np.concatenate(row_index), np.concatenate(column_index))
    of_rows = sparse.csr_array((np.concatenate(gains), cells), (len(n), len(columns)))
    return _Gains(of_rows, model.inverse_information @ gradient, shares)


def score_and_slope(shares: Floats) -> tuple[Floats, Floats]:
    """P(promoter) - P(detractor), (U,), and its derivatives by both logits, (U, 2)."""
    score = shares[:, 0] - shares[:, 1]
    return score, np.stack([shares[:, 0] * (1 - score), -shares[:, 1] * (1 + score)], axis=1)
