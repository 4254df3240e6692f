"""The likelihood of the score model (`pipelines.impact.score_model`) with its derivatives.

For the logistic function σ(a) - σ(b) = σ(a)·σ(-b)·(1 - exp(b - a)). So log P(j | x·β, θ) is a sum of log σ of the two
linear predictors around j, and of log(1 - exp(-d)) of the distance d of its thresholds, which no response changes.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.special import expit, log_expit

from models.arrays import Floats

_BATCH_ROWS = 50_000

#: Where the second derivative is not negative definite: shares of the terms that may make it so which are kept, the
#: first that works. Without them all, Newton's method can take a hundred steps.
_SHARES = (0.95, 0.8, 0.5)


@dataclass(frozen=True, slots=True)
class Parameters:
    """All M = 3P + T + 2 parameters; in vectors they are in this order, the slopes raveled."""

    scores: NDArray[np.intp]  # (T + 1,) those that occur, of each group at least one
    slopes: Floats  # (3, P): β, γ_D, γ_P
    thresholds: Floats  # (T,) θ
    shifts: Floats  # (2,) α_D, α_P

    @classmethod
    def of(cls, scores: NDArray[np.intp], values: Floats, width: int) -> Parameters:
        """From the vector of all, (M,), of a model of P = `width` columns."""
        return cls(scores, values[: 3 * width].reshape(3, width), values[3 * width : -2], values[-2:])

    @property
    def cuts(self) -> NDArray[np.intp]:
        """The indices of the thresholds 6|7 and 8|9, (2,)."""
        return np.searchsorted(self.scores, [7, 9]) - 1


@dataclass(frozen=True, slots=True)
class Predictors:
    """The linear predictors of n rows: z = x·β - θ, the logits of scoring above each threshold; x·γ + α, (n, 2)."""

    above: Floats  # (n, T)
    departures: Floats  # (n, 2)
    cuts: NDArray[np.intp]  # (2,) indices of the thresholds 6|7 and 8|9

    @classmethod
    def of(cls, parameters: Parameters, design: sparse.csr_array) -> Predictors:
        logits = design @ parameters.slopes.T
        above, departures = logits[:, :1] - parameters.thresholds, logits[:, 1:] + parameters.shifts
        return cls(above, departures, parameters.cuts)

    def of_groups(self) -> Floats:
        """The four that the groups depend on, (n, 4)."""
        return np.column_stack([self.above[:, self.cuts], self.departures])

    def log_likelihood(self, counts: Floats) -> float:
        """Of counts (n, T + 1), without the terms of distances of thresholds, which are the same for all rows."""
        value = (counts[:, 1:] * log_expit(self.above) + counts[:, :-1] * log_expit(-self.above)).sum()
        value += (self._groups(counts) * self.departures).sum()
        return float(value - counts.sum(axis=1) @ normaliser(self.of_groups())[0])

    def gradient(self, counts: Floats) -> Floats:
        """By the T + 2 predictors: (n, T + 2)."""
        share = expit(self.above)
        gradient = np.column_stack([counts[:, 1:] * (1 - share) - counts[:, :-1] * share, self._groups(counts)])
        gradient[:, self._of_groups()] -= counts.sum(axis=1)[:, None] * normaliser(self.of_groups())[1]
        return gradient

    def information(self, counts: Floats, *, is_exact: bool) -> tuple[Floats, Floats]:
        """Minus the second derivatives: by each threshold's, (n, T), and besides by the four of the groups, (n, 4, 4).

        Unless `is_exact`, without those of the latter that may be negative.
        """
        share = expit(self.above)
        by_threshold = (counts[:, 1:] + counts[:, :-1]) * share * (1 - share)
        curvature = counts.sum(axis=1)[:, None, None] * normaliser(self.of_groups())[2]
        if not is_exact:
            curvature[:, :2] = curvature[:, :, :2] = 0
        return by_threshold, curvature

    def _of_groups(self) -> NDArray[np.intp]:
        return np.append(self.cuts, self.above.shape[1] + np.arange(2))

    def _groups(self, counts: Floats) -> Floats:
        """Detractors and promoters, (n, 2)."""
        first_passive, first_promoter = self.cuts + 1
        return np.column_stack([counts[:, :first_passive].sum(axis=1), counts[:, first_promoter:].sum(axis=1)])


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some of the rows: their design (n, P), its `pairs_of_columns` (n, P²), and their counts (n, T + 1)."""

    design: sparse.csr_array
    pairs: sparse.csr_array
    counts: Floats


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The log likelihood of counts (U, T + 1), in batches of rows: the dense matrices of what is computed for each row
    are never there for all rows. The products of columns are, but have few entries in a row.
    """

    batches: tuple[_Batch, ...]
    scores: NDArray[np.intp]
    within: Floats  # (T - 1,) the responses with each score between two thresholds
    width: int

    @classmethod
    def of(cls, design: sparse.csr_array, counts: Floats, scores: NDArray[np.intp]) -> Likelihood:
        """Of rows (U, P) with `counts`, (U, T + 1), of the `scores`, (T + 1,)."""
        slices = (slice(start, start + _BATCH_ROWS) for start in range(0, len(counts), _BATCH_ROWS))
        batches = (_Batch(design[rows], pairs_of_columns(design[rows]), counts[rows]) for rows in slices)
        return cls(tuple(batches), scores, counts[:, 1:-1].sum(axis=0), design.shape[1])

    def value(self, values: Floats) -> float:
        """The log likelihood, minus infinity where thresholds are not in order."""
        parameters = Parameters.of(self.scores, values, self.width)
        distances = np.diff(parameters.thresholds)
        if (distances <= 0).any():
            return -np.inf
        of_rows = (Predictors.of(parameters, batch.design).log_likelihood(batch.counts) for batch in self.batches)
        return float(self.within @ np.log(-np.expm1(-distances))) + sum(of_rows)

    def derivatives(self, values: Floats, precision: Floats) -> tuple[Floats, Floats, tuple[Floats, bool]]:
        """The gradient (M,), minus the second derivative (M, M), and the Cholesky factor (`linalg.cho_factor`) of the
        latter with the prior.

        Far from the maximum, terms of the latter that may be negative have to be left out, in part or altogether.
        """
        gradient, exact = self._derivatives(values, is_exact=True)
        with suppress(linalg.LinAlgError):
            return gradient, exact, linalg.cho_factor(exact + precision)
        _, positive = self._derivatives(values, is_exact=False)
        for share in _SHARES:
            information = share * exact + (1 - share) * positive
            with suppress(linalg.LinAlgError):
                return gradient, information, linalg.cho_factor(information + precision)
        return gradient, positive, linalg.cho_factor(positive + precision)

    def _derivatives(self, values: Floats, *, is_exact: bool) -> tuple[Floats, Floats]:
        width = self.width
        parameters = Parameters.of(self.scores, values, width)
        thresholds = len(parameters.thresholds)
        of_groups = np.append(parameters.cuts, thresholds + np.arange(2))
        sign = np.append(-np.ones(thresholds), [1, 1])  # of thresholds and shifts in the predictors
        gradient, information = np.zeros(len(values)), np.zeros((len(values), len(values)))
        others = slice(3 * width, None)
        for batch in self.batches:
            counts, transposed = batch.counts, batch.design.T
            predictors = Predictors.of(parameters, batch.design)
            by_predictor = predictors.gradient(counts)
            by_slope = np.column_stack([by_predictor[:, :-2].sum(axis=1), by_predictor[:, -2:]])
            gradient[: 3 * width] += (transposed @ by_slope).T.ravel()
            gradient[others] += sign * by_predictor.sum(axis=0)
            by_threshold, curvature = predictors.information(counts, is_exact=is_exact)
            of_slopes = np.stack([curvature[:, 0] + curvature[:, 1], curvature[:, 2], curvature[:, 3]], axis=1)
            blocks, of_pairs = list[tuple[slice, slice]](), list[Floats]()
            for row in range(3):
                rows = slice(row * width, (row + 1) * width)
                weights = np.zeros((len(counts), thresholds + 2))
                weights[:, of_groups] = of_slopes[:, row]
                if row == 0:
                    weights[:, :-2] += by_threshold
                information[rows, others] += transposed @ (weights * sign)
                of_pair = (weights[:, :-2].sum(axis=1), weights[:, -2], weights[:, -1])
                for column in range(row, 3):
                    blocks.append((rows, slice(column * width, (column + 1) * width)))
                    of_pairs.append(of_pair[column])
            for block, square in zip(blocks, _weighted_squares(batch.pairs, np.column_stack(of_pairs)), strict=True):
                information[block] += square
            inner = np.diag(np.append(by_threshold.sum(axis=0), [0, 0]))
            inner[np.ix_(of_groups, of_groups)] += curvature.sum(axis=0)
            information[others, others] += np.outer(sign, sign) * inner
        difference = np.diff(np.eye(thresholds), axis=0)
        slope, bend = gap_derivatives(np.diff(parameters.thresholds))
        gradient[3 * width : -2] += (self.within * slope) @ difference
        information[3 * width : -2, 3 * width : -2] += difference.T @ ((self.within * bend)[:, None] * difference)
        return gradient, np.triu(information) + np.triu(information, 1).T


def normaliser(predictors: Floats) -> tuple[Floats, Floats, Floats]:
    """log Z of n rows, (n,), with its gradient, (n, 4), and second derivatives, (n, 4, 4), by the predictors.

    With S the probabilities of scoring above 6 and 8 in proportional odds and δ the departures,

        Z = (1 - S₆)·exp(δ_D) + S₆ - S₈ + S₈·exp(δ_P).

    The gradient by δ is the probability of the group.
    """
    above, odds = expit(predictors[:, :2]), np.exp(predictors[:, 2:])
    density = above * (1 - above)
    weight = (odds - 1) * [-1, 1]
    of_group = np.column_stack([1 - above[:, 0], above[:, 1]]) * odds
    z = 1 + (1 - above[:, 0]) * (odds[:, 0] - 1) + above[:, 1] * (odds[:, 1] - 1)
    gradient = np.column_stack([density * weight, of_group]) / z[:, None]
    second = np.zeros((len(z), 4, 4))
    diagonal = np.arange(4)
    second[:, diagonal, diagonal] = np.column_stack([density * (1 - 2 * above) * weight, of_group])
    across = density * odds * [-1, 1]
    second[:, [0, 1], [2, 3]] = second[:, [2, 3], [0, 1]] = across
    curvature = second / z[:, None, None] - gradient[:, :, None] * gradient[:, None, :]
    return np.log(z), gradient, curvature


def gap_derivatives(distance: Floats) -> tuple[Floats, Floats]:
    """The derivative of log(1 - exp(-d)), and minus the second."""
    slope = 1 / np.expm1(np.minimum(distance, 500))
    return slope, slope * (1 + slope)


def pairs_of_columns(design: sparse.csr_array) -> sparse.csr_array:
    """The products of every two columns i ≤ j of a design (n, P), as columns i·P + j: (n, P²).

    The weighted squares of a design depend on the weights only by a product with this, which is computed once.
    """
    design = design.sorted_indices()
    ends = np.repeat(design.indptr[1:], np.diff(design.indptr))
    partners = ends - np.arange(design.nnz)  # of each entry: those of its row from itself on
    starts = np.cumsum(partners) - partners
    first = np.repeat(np.arange(design.nnz), partners)
    second = first + np.arange(len(first)) - np.repeat(starts, partners)
    width = design.shape[1]
    columns = design.indices[first].astype(np.int64) * width + design.indices[second]
    rows = np.append(starts, len(first))[design.indptr]
    return sparse.csr_array((design.data[first] * design.data[second], columns, rows), (design.shape[0], width**2))


def _weighted_squares(pairs: sparse.csr_array, weights: Floats) -> Floats:
    """Xᵀ·diag(w)·X of each of W weights (n, W), (W, P, P), from the `pairs_of_columns` of X."""
    width = math.isqrt(pairs.shape[1])
    upper = (pairs.T @ weights).T.reshape(weights.shape[1], width, width)
    return np.asarray(upper + np.triu(upper, 1).swapaxes(1, 2))
