"""What the NPS gains where causes are not named: by g-computation in the score model, with influence functions.

The expected NPS of a row is P(promoter) - P(detractor). Its gain is that with some columns set to 0, less that as
it is; the NPS gains the mean over all responses (Robins 1986). The influence of a response on the sum of gains is its
own gain, and its effect through the parameters: the residuals of its score equations times the inverse information
(infinitesimal jackknife; Efron 1982). Valid if the model is misspecified. All in shares, not in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from models.arrays import Floats
from pipelines.impact.effect_prior import EffectPrior
from pipelines.impact.score_model import ScoreModel, group_shares

#: Which of the slopes β, γ_D, γ_P each predictor of the groups depends on, as indices and as a matrix.
_SLOPE_OF_PREDICTOR = [0, 0, 1, 2]
_BY_SLOPE = np.eye(3)[_SLOPE_OF_PREDICTOR]

#: Responses whose influences are in memory at once.
_BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Gains:
    """What U rows gain where each of S sets of columns is switched off, and how the sums depend on the model."""

    model: ScoreModel
    design: sparse.csr_array  # (U, P)
    of_rows: sparse.csr_array  # (U, S)
    sums: Floats  # (S,) over all responses
    by_residual: Floats  # (M, S): derivative of the sums by the residuals of the score equations

    @property
    def prior_covariance(self) -> Floats:
        """What the uncertainty of the priors' means adds to the covariance of the sums, (S, S)."""
        covariance: Floats = self.by_residual.T @ self.model.prior_precision @ self.by_residual
        return covariance

    def variance_ratio(self, weak: EffectPrior) -> Floats:
        """The variance of each sum by the model, (S,), relative to that if `weak` were the prior of the slopes.

        At most 1, and 1 too where that prior would be too weak for a maximum.
        """
        slopes = weak.mean.size
        information = linalg.inv(self.model.inverse_information)
        gradient = information @ self.by_residual
        information[:slopes, :slopes] += weak.precision - self.model.prior_precision[:slopes, :slopes]
        variance = (gradient * self.by_residual).sum(axis=0)
        alone = (gradient * linalg.solve(information, gradient, assume_a="sym")).sum(axis=0)
        ratio: Floats = np.divide(variance, alone, out=np.ones_like(variance), where=alone > variance)
        return ratio

    def influence(self, rows: NDArray[np.intp], scores: NDArray[np.int8]) -> Floats:
        """Influences (n, S) on the sums, of responses with these rows and scores (0 … 10), (n,) and (n,)."""
        if len(rows) > _BATCH_ROWS:
            batches = (slice(start, start + _BATCH_ROWS) for start in range(0, len(rows), _BATCH_ROWS))
            return np.concatenate([self.influence(rows[batch], scores[batch]) for batch in batches])
        design, width = self.design[rows], self.design.shape[1]
        residuals, by_threshold = self.model.residuals(design, scores)
        influence: Floats = self.of_rows[rows].toarray() + by_threshold @ self.by_residual[3 * width :]
        for index in range(3):
            effect = design @ self.by_residual[index * width : (index + 1) * width]
            influence += effect * residuals[:, index, None]
        return influence

    def squares(self, counts: Floats) -> Floats:
        """The sum over all responses of the products of their influences, (S, S); `counts` is (U, 11)."""
        squares = np.zeros((len(self.sums),) * 2)
        for start in range(0, len(counts), _BATCH_ROWS):
            rows, scores = np.nonzero(counts[start : start + _BATCH_ROWS])
            influence = self.influence(rows + start, scores.astype(np.int8))
            influence *= np.sqrt(counts[rows + start, scores])[:, None]
            squares += influence.T @ influence
        return squares


def gains(model: ScoreModel, design: sparse.csr_array, counts: Floats, sets: Sequence[NDArray[np.intp]]) -> Gains:
    """`design`, (U, P), and `counts`, (U, 11), are those of the fit; `sets` are columns switched off together."""
    n, width = counts.sum(axis=1), design.shape[1]
    predictors = model.predictors(design)
    nps_now, slope_now = _expected_nps(predictors)
    by_column = design.tocsc()
    values, rows_of, set_of = [], [], []
    gradient = np.zeros((len(model.inverse_information), len(sets)))
    for index, columns in enumerate(sets):
        of_set = by_column[:, columns]
        rows = np.unique(of_set.indices)
        named = of_set[rows].tocsr()
        nps, slope = _expected_nps(
            predictors[rows] - (named @ model.parameters.slopes[:, columns].T)[:, _SLOPE_OF_PREDICTOR]
        )
        values.append(nps - nps_now[rows])
        rows_of.append(rows)
        set_of.append(np.full(len(rows), index))
        slope *= n[rows, None]
        change = slope - n[rows, None] * slope_now[rows]
        by_slope = design[rows].T @ (change @ _BY_SLOPE)  # (P, 3): of the sum of gains by the slopes …
        by_slope[columns] -= named.T @ (slope @ _BY_SLOPE)  # … of which those switched off have no effect any more
        gradient[: 3 * width, index] = by_slope.T.ravel()
        gradient[3 * width + model.parameters.cuts, index] = -change[:, :2].sum(axis=0)
        gradient[-2:, index] = change[:, 2:].sum(axis=0)
    cells = (np.concatenate(rows_of), np.concatenate(set_of))
    of_rows = sparse.csr_array((np.concatenate(values), cells), (len(n), len(sets)))
    return Gains(model, design, of_rows, n @ of_rows, model.inverse_information @ gradient)


def _expected_nps(predictors: Floats) -> tuple[Floats, Floats]:
    """P(promoter) - P(detractor), (n,), and its derivatives by the predictors, (n, 4)."""
    shares, slopes = group_shares(predictors)
    return shares[:, 1] - shares[:, 0], slopes[:, 1] - slopes[:, 0]
