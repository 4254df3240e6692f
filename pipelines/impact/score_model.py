"""A model of the scores 0-10: partial proportional odds, with departures from proportionality shrunk to 0.

With θ_j the threshold between the scores up to j and those above, a response x scores above j with the probability
σ(x·β - θ_j): proportional odds (McCullagh 1980), a cause weighs the same at every threshold. The NPS depends on two
thresholds only, 6|7 and 8|9. There slopes and thresholds are free to differ from these (partial proportional odds;
Peterson and Harrell 1990), with a normal prior around them: few responses borrow from all scores, many override it.

    P(score) = P(group | β⁶, β⁸, θ⁶, θ⁸) · P(score | group, β, θ)          group: detractor, passive, promoter

Where both agree this is the proportional-odds model. Whether a passive gave 7 or 8 is left out: it says hardly anything.
Of the logistic function, σ(a) - σ(b) = σ(a)·σ(-b)·(1 - exp(b-a)):
the log likelihood is a sum of log σ of linear predictors and of log(1 - exp(-d)) of distances d of thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.special import expit, log_expit

from models.arrays import Floats
from pipelines.impact.effect_prior import EffectPrior
from pipelines.impact.score_cells import ScoreCells

#: Prior standard deviation of the departures from proportionality, in logits.
DEPARTURE_SD = 0.5

#: Of the thresholds: practically free, but finite where no score is below or above.
THRESHOLD_SD = 10.0

_BATCH_ROWS = 50_000
_MAX_STEPS = 60


@dataclass(frozen=True, slots=True)
class Parameters:
    """All parameters; `values` are these one after the other, as in gradients: M = 3P + T + 2."""

    slopes: Floats  # (3, P): common, at 6|7, at 8|9
    thresholds: Floats  # (T,)
    cuts: Floats  # (2,) the thresholds 6|7 and 8|9 of the groups

    @classmethod
    def of(cls, values: Floats, width: int) -> Parameters:
        return cls(values[: 3 * width].reshape(3, width), values[3 * width : -2], values[-2:])

    @property
    def values(self) -> Floats:
        return np.concatenate([self.slopes.ravel(), self.thresholds, self.cuts])


@dataclass(frozen=True, slots=True)
class ScoreModel:
    """A fitted model. Matrices (M, M) are by `Parameters.values`."""

    cells: ScoreCells
    parameters: Parameters
    inverse_information: Floats  # (M, M) of likelihood and prior
    prior_precision: Floats  # (M, M)
    degrees_of_freedom: float  # effective number of slopes, and the intercept

    def small_sample_factor(self, n: float) -> float:
        """What variances from n responses are multiplied by: n/(n - degrees of freedom), at most 2."""
        return n / max(n - self.degrees_of_freedom, n / 2)

    def cut_logits(self, design: sparse.csr_array) -> Floats:
        """The logits of scoring above 6 and above 8: (U, P) → (U, 2)."""
        logits: Floats = design @ self.parameters.slopes[1:].T - self.parameters.cuts
        return logits

    def residuals(self, design: sparse.csr_array, scores: NDArray[np.int8]) -> tuple[Floats, Floats]:
        """The gradient of the log likelihood of single responses: rows (n, P) and scores (n,), 0 … 10.

        By the linear predictors x·β, x·β⁶, x·β⁸, (n, 3), and by the thresholds and cuts, (n, T + 2).
        """
        cells, parameters = self.cells, self.parameters
        cell = cells.of_score[scores]
        terms = _Terms.of(cells, parameters, design, np.eye(len(cells.groups))[cell])
        within, at_cuts = terms.gradient()
        gap_slopes = _gap_derivatives(cells.distances @ parameters.thresholds)[0]
        by_threshold = (cells.gaps * gap_slopes) @ cells.distances
        residuals = np.column_stack([within.sum(axis=1), at_cuts])
        return residuals, np.column_stack([by_threshold[cell] - within, -at_cuts])


def fit(design: sparse.csr_array, counts: Floats, prior: EffectPrior | None = None) -> ScoreModel:
    """Penalised maximum likelihood by Newton's method with step halving.

    `design`, (U, P), has no intercept; `counts`, (U, 11), are the responses of each row with each score, at least one
    in all. `prior` is that of the common slopes (None: `EffectPrior.weak`).
    """
    width = design.shape[1]
    prior = prior or EffectPrior.weak(width)
    cells = ScoreCells.of(counts.sum(axis=0))
    counts = cells.counts(counts)
    thresholds = cells.start(counts.sum(axis=0))
    mean, precision = _prior(prior, cells)
    likelihood = _Likelihood(cells, design, counts)

    def objective(candidate: Floats) -> float:
        return likelihood.value(candidate) - float((candidate - mean) @ precision @ (candidate - mean)) / 2

    values = Parameters(np.tile(prior.mean, (3, 1)), thresholds, thresholds[cells.cuts]).values
    value = objective(values)
    for _ in range(_MAX_STEPS):
        gradient, information = likelihood.derivatives(values, precision)
        gradient -= precision @ (values - mean)
        step = linalg.solve(information + precision, gradient, assume_a="pos")
        decrement, size = float(step @ gradient), 1.0
        while (candidate := objective(values + size * step)) < value - 1e-9 * abs(value) and size > 1e-6:
            size /= 2
        values, value = values + size * step, candidate
        # The decrement is twice what the log likelihood can still gain: below this no estimate changes visibly.
        if decrement < 1e-6:
            break
    _, information = likelihood.derivatives(values, precision)
    inverse = linalg.inv(information + precision)
    shares = (inverse * information).sum(axis=0)[: 3 * width]
    return ScoreModel(cells, Parameters.of(values, width), inverse, precision, 1 + float(shares.sum()))


def _prior(prior: EffectPrior, cells: ScoreCells) -> tuple[Floats, Floats]:
    """Mean and precision of all parameters: slopes and thresholds at the cuts are distributed around the common ones."""
    width, thresholds = len(prior.mean), cells.above.shape[1]
    common = np.zeros((3 * width + thresholds + 2,) * 2)
    common[:width, :width] = linalg.inv(prior.covariance)
    inner = np.arange(3 * width, 3 * width + thresholds)
    common[inner, inner] = THRESHOLD_SD**-2
    at_cut = np.concatenate([np.arange(width, 3 * width), [-2, -1]])
    around = np.concatenate([np.arange(width), np.arange(width), inner[cells.cuts]])
    departures = np.zeros((len(at_cut), len(common)))
    departures[np.arange(len(at_cut)), at_cut] = 1
    departures[np.arange(len(at_cut)), around] = -1
    mean = np.concatenate([np.tile(prior.mean, 3), np.zeros(thresholds + 2)])
    return mean, common + departures.T @ departures / DEPARTURE_SD**2


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """The log likelihood of `counts`, (U, C), in batches of rows, so that memory is bounded."""

    cells: ScoreCells
    design: sparse.csr_array
    counts: Floats

    def value(self, values: Floats) -> float:
        """The log likelihood, minus infinity where a score that occurs has no probability."""
        parameters = Parameters.of(values, self.design.shape[1])
        distances = self.cells.distances @ parameters.thresholds
        if (distances <= 0).any():
            return -np.inf
        terms = (_Terms.of(self.cells, parameters, *batch).log_likelihood() for batch in self._batches())
        return float((self.counts.sum(axis=0) @ self.cells.gaps) @ _log_gap(distances)) + sum(terms)

    def derivatives(self, values: Floats, precision: Floats) -> tuple[Floats, Floats]:
        """The gradient (M,), and minus the second derivative (M, M), which with the prior is positive definite.

        Far from the maximum the negative terms of the latter may have to be left out: it is then larger than need be,
        and the step shorter.
        """
        gradient, information = self._derivatives(values, is_exact=True)
        try:
            linalg.cholesky(information + precision)
        except linalg.LinAlgError:
            gradient, information = self._derivatives(values, is_exact=False)
        return gradient, information

    def _derivatives(self, values: Floats, *, is_exact: bool) -> tuple[Floats, Floats]:
        cells, width = self.cells, self.design.shape[1]
        parameters = Parameters.of(values, width)
        gradient, information = np.zeros(len(values)), np.zeros((len(values), len(values)))
        common, lower, upper = (slice(index * width, (index + 1) * width) for index in range(3))
        inner, cuts = slice(3 * width, -2), slice(-2, None)
        for design, counts in self._batches():
            terms = _Terms.of(cells, parameters, design, counts)
            within, at_cuts = terms.gradient()
            transposed = design.T.tocsr()
            gradient[common] += transposed @ within.sum(axis=1)
            gradient[width : 3 * width] += (transposed @ at_cuts).T.ravel()
            gradient[inner] -= within.sum(axis=0)
            gradient[cuts] -= at_cuts.sum(axis=0)
            within, by_cut, across = terms.information()
            if not is_exact:
                within = np.maximum(within, 0)
            information[common, common] += _weighted_square(design, transposed, within.sum(axis=1))
            information[common, inner] -= transposed @ within
            information[inner, inner] += np.diag(within.sum(axis=0))
            information[lower, lower] += _weighted_square(design, transposed, by_cut[:, 0])
            information[upper, upper] += _weighted_square(design, transposed, by_cut[:, 1])
            information[lower, upper] -= _weighted_square(design, transposed, across)
            by_threshold = transposed @ np.column_stack([by_cut, across])
            information[lower, cuts] += by_threshold[:, [0, 2]] * [-1, 1]
            information[upper, cuts] += by_threshold[:, [2, 1]] * [1, -1]
            sums = by_cut.sum(axis=0)
            information[cuts, cuts] += np.diag(sums) - across.sum() * np.array([[0, 1], [1, 0]])
        slopes, curvatures = _gap_derivatives(cells.distances @ parameters.thresholds)
        of_gaps = self.counts.sum(axis=0) @ cells.gaps
        gradient[inner] += cells.distances.T @ (of_gaps * slopes)
        information[inner, inner] += cells.distances.T @ ((of_gaps * curvatures)[:, None] * cells.distances)
        upper_half = np.triu(information)
        return gradient, upper_half + np.triu(information, 1).T

    def _batches(self) -> Iterator[tuple[sparse.csr_array, Floats]]:
        for start in range(0, len(self.counts), _BATCH_ROWS):
            rows = slice(start, start + _BATCH_ROWS)
            yield self.design[rows], self.counts[rows]


@dataclass(frozen=True, slots=True)
class _Terms:
    """The linear predictors of n rows, and how often each term of the log likelihood occurs in them."""

    common: Floats  # (n, T) logits of scoring above each threshold, by the common slopes
    above: Floats  # (n, T)
    below: Floats  # (n, T)
    cuts: Floats  # (n, 2) the same above 6 and above 8, of the groups
    groups: Floats  # (n, 3) detractors, passives, promoters

    @classmethod
    def of(cls, cells: ScoreCells, parameters: Parameters, design: sparse.csr_array, counts: Floats) -> _Terms:
        logits = design @ parameters.slopes.T
        return cls(
            common=logits[:, :1] - parameters.thresholds,
            above=counts @ cells.above,
            below=counts @ cells.below,
            cuts=logits[:, 1:] - parameters.cuts,
            groups=counts @ cells.groups,
        )

    def log_likelihood(self) -> float:
        """Without the terms of distances of thresholds, which are the same for all rows."""
        distance, passives = self._passive()
        if (distance <= 0).any():
            return -np.inf
        value = (self.above * log_expit(self.common) + self.below * log_expit(-self.common)).sum()
        value += (self.groups[:, 1:] * log_expit(self.cuts) + self.groups[:, :2] * log_expit(-self.cuts)).sum()
        return float(value + passives @ _log_gap(distance))

    def gradient(self) -> tuple[Floats, Floats]:
        """By the logits of the thresholds, (n, T), and of the cuts, (n, 2)."""
        share, cut_share = expit(self.common), expit(self.cuts)
        within = self.above * (1 - share) - self.below * share
        at_cuts = self.groups[:, 1:] * (1 - cut_share) - self.groups[:, :2] * cut_share
        distance, passives = self._passive()
        slope = passives * _gap_derivatives(distance)[0]
        has_passives = self.groups[:, 1] > 0
        at_cuts[has_passives] += np.column_stack([slope, -slope])
        return within, at_cuts

    def information(self) -> tuple[Floats, Floats, Floats]:
        """Minus the second derivatives by the same logits: (n, T), (n, 2), and minus that by both cuts, (n,)."""
        share, cut_share = expit(self.common), expit(self.cuts)
        within = (self.above + self.below) * share * (1 - share)
        across = np.zeros(len(self.cuts))
        distance, passives = self._passive()
        across[self.groups[:, 1] > 0] = passives * _gap_derivatives(distance)[1]
        at_cuts = (self.groups[:, 1:] + self.groups[:, :2]) * cut_share * (1 - cut_share) + across[:, None]
        return within, at_cuts, across

    def _passive(self) -> tuple[Floats, Floats]:
        """The distance of the cuts in the rows that have passives, and how many each has."""
        rows = self.groups[:, 1] > 0
        return self.cuts[rows, 0] - self.cuts[rows, 1], self.groups[rows, 1]


def _log_gap(distance: Floats) -> Floats:
    gap: Floats = np.log(-np.expm1(-distance))
    return gap


def _gap_derivatives(distance: Floats) -> tuple[Floats, Floats]:
    """The derivative of log(1 - exp(-d)), and minus the second."""
    slope = 1 / np.expm1(np.minimum(distance, 500))
    return slope, slope * (1 + slope)


def _weighted_square(design: sparse.csr_array, transposed: sparse.csr_array, weights: Floats) -> Floats:
    """Xᵀ·diag(w)·X, (P, P)."""
    data = design.data * np.repeat(weights, np.diff(design.indptr))
    product: Floats = (transposed @ sparse.csr_array((data, design.indices, design.indptr), design.shape)).toarray()
    return product
