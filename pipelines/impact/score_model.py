"""A model of the eleven scores: proportional odds, with departures of the three groups that are shrunk to 0.

Proportional odds (McCullagh 1980): with θ_j the threshold between the scores up to j and those above, a response x
scores above j with probability σ(x·β - θ_j). A cause weighs the same at every threshold, so that all scores tell its
weight. The NPS depends on the groups only, and a cause may weigh more between two of them than between other scores.
So the odds of being a detractor (D), or a promoter (P), rather than a passive may depart from proportionality:

    P(score = j | x) ∝ P(j | x·β, θ) · exp(x·γ_g + α_g)        g: the group of j; γ and α of passives are 0

with γ and α normal around 0 (as in partial proportional odds; Peterson and Harrell 1990, but in odds between groups, so
that no probability is ever negative). Few responses borrow from all scores; many override the prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from models.arrays import Floats
from pipelines.impact.effect_prior import DEPARTURE_SD, EffectPrior
from pipelines.impact.score_likelihood import Likelihood, Parameters, Predictors, gap_derivatives, normaliser

#: Where no response is of a group, so many have this score of it: all groups have a probability, if hardly any.
_PSEUDO_RESPONSES = 0.01
_GROUP_SCORES = ((6, slice(0, 7)), (7, slice(7, 9)), (9, slice(9, 11)))

#: Of Newton's method; a step changes no parameter by more than so many logits, and gains at least this share of what
#: the slope promises, as longer ones can go back and forth across the maximum (Armijo 1966).
_MAX_STEPS = 200
_LONGEST_STEP = 4.0
_LEAST_GAIN = 0.25

#: Prior standard deviation of thresholds: nothing is known of them, but each stays finite where all are far from it.
_THRESHOLD_SD = 100.0

#: Of more rows than this, one in so many is enough to come near the maximum.
_MANY_ROWS = 50_000
_SAMPLED = 10


@dataclass(frozen=True, slots=True)
class ScoreModel:
    """A fitted model."""

    parameters: Parameters
    inverse_information: Floats  # (M, M) of likelihood and prior
    prior_precision: Floats  # (M, M)
    degrees_of_freedom: float  # effective number of slopes, and the intercept

    def small_sample_factor(self, n: float) -> float:
        """What variances from n responses are multiplied by: n/(n - degrees of freedom), at most 2."""
        return n / max(n - self.degrees_of_freedom, n / 2)

    def effects(self, causes: int) -> EffectPrior:
        """The estimate of the slopes of the first columns."""
        slopes = self.parameters.slopes
        covariance = self.inverse_information[: slopes.size, : slopes.size].reshape(slopes.shape * 2)
        return EffectPrior(slopes, covariance).of(np.arange(causes))

    def predictors(self, design: sparse.csr_array) -> Floats:
        """What the groups depend on, (n, 4): the logits above 6 and 8 in proportional odds, and the departures."""
        return Predictors.of(self.parameters, design).of_groups()

    def residuals(self, design: sparse.csr_array, scores: NDArray[np.int8]) -> tuple[Floats, Floats]:
        """The gradient of the log likelihood of single responses, rows (n, P) and scores (n,).

        By the linear predictors x·β, x·γ_D, x·γ_P, (n, 3), and by thresholds and shifts, (n, T + 2).
        """
        occurring, thresholds = self.parameters.scores, self.parameters.thresholds
        predictors = Predictors.of(self.parameters, design)
        cell = np.searchsorted(occurring, scores)
        gradient = predictors.gradient(np.eye(len(occurring))[cell])
        gaps = np.zeros((len(occurring), len(thresholds)))
        slope = gap_derivatives(np.diff(thresholds))[0]
        inner = np.arange(len(slope))
        gaps[inner + 1, inner + 1] += slope
        gaps[inner + 1, inner] -= slope
        by_threshold = gaps[cell] - gradient[:, :-2]
        of_slopes = np.column_stack([gradient[:, :-2].sum(axis=1), gradient[:, -2:]])
        return of_slopes, np.column_stack([by_threshold, gradient[:, -2:]])


def group_shares(predictors: Floats) -> tuple[Floats, Floats]:
    """The probabilities of being detractor and promoter, (n, 2), and their derivatives by the predictors, (n, 2, 4).

    `predictors`, (n, 4), are those of `ScoreModel.predictors`.
    """
    gradient, curvature = normaliser(predictors)[1:]
    return gradient[:, 2:], curvature[:, 2:]


def fit(design: sparse.csr_array, counts: Floats, prior: EffectPrior | None = None) -> ScoreModel:
    """Penalised maximum likelihood by Newton's method with step halving.

    `design`, (U, P), has no intercept; `counts`, (U, 11), are the responses of each row with each score, at least one
    in all. `prior` is that of the slopes (None: `EffectPrior.weak`).
    """
    width = design.shape[1]
    counts = _with_all_groups(counts)
    scores = np.flatnonzero(counts.sum(axis=0))
    mean, precision = _prior(prior or EffectPrior.weak(width), len(scores) - 1)
    predicted = (counts.sum(axis=1) @ (design @ mean[:width])) / counts.sum()
    values = _start(mean, counts[:, scores].sum(axis=0), predicted)
    sample = slice(None, None, _SAMPLED)  # most steps are made on a part of many rows
    if len(counts) > _MANY_ROWS and np.array_equal(np.flatnonzero(counts[sample].sum(axis=0)), scores):
        values, _ = _maximum(Likelihood.of(design[sample], counts[sample][:, scores], scores), values, mean, precision)
    values, information = _maximum(Likelihood.of(design, counts[:, scores], scores), values, mean, precision)
    inverse = linalg.inv(information + precision)
    return ScoreModel(
        Parameters.of(scores, values, width),
        inverse_information=inverse,
        prior_precision=precision,
        degrees_of_freedom=1 + float((inverse * information).sum(axis=0)[: 3 * width].sum()),
    )


def _maximum(likelihood: Likelihood, values: Floats, mean: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """The parameters (M,) of the largest penalised likelihood, and the information of the likelihood there, (M, M)."""

    def objective(candidate: Floats) -> float:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # too far away
            value = likelihood.value(candidate) - float((candidate - mean) @ precision @ (candidate - mean)) / 2
        return value if np.isfinite(value) else -np.inf

    value = objective(values)
    for _ in range(_MAX_STEPS):
        gradient, information, factor = likelihood.derivatives(values, precision)
        gradient -= precision @ (values - mean)
        step = linalg.cho_solve(factor, gradient)
        # The decrement is twice what the log likelihood can still gain: below this no estimate changes visibly.
        decrement = float(step @ gradient)
        if decrement < 1e-6:
            break
        size = min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
        least = value - 1e-9 * abs(value)
        while (candidate := objective(values + size * step)) < least + _LEAST_GAIN * size * decrement and size > 1e-6:
            size /= 2
        values, value = values + size * step, candidate
    return values, information


def _start(mean: Floats, totals: Floats, predicted: float) -> Floats:
    """The prior means, with the thresholds at which the mean response, of x·β = `predicted`, has the shares of scores.

    `totals` are by score, (T + 1,).
    """
    below = np.cumsum(totals)
    start = mean.copy()
    start[-1 - len(totals) : -2] = np.log(below[:-1] / (below[-1] - below[:-1])) + predicted
    return start


def _with_all_groups(counts: Floats) -> Floats:
    """The counts, (U, 11), with pseudo-responses of groups that do not occur, the same share in every row."""
    n = counts.sum(axis=1)
    complete = counts.copy()
    for score, group in _GROUP_SCORES:
        if not counts[:, group].any():
            complete[:, score] = _PSEUDO_RESPONSES * n / n.sum()
    return complete


def _prior(prior: EffectPrior, thresholds: int) -> tuple[Floats, Floats]:
    """Mean (M,) and precision (M, M) of all parameters."""
    slopes = prior.mean.size
    mean = np.concatenate([prior.mean.ravel(), np.zeros(thresholds + 2)])
    precision = np.zeros((len(mean),) * 2)
    precision[:slopes, :slopes] = prior.precision
    others = np.arange(slopes, len(mean))
    precision[others, others] = np.append(np.full(thresholds, _THRESHOLD_SD**-2), [DEPARTURE_SD**-2] * 2)
    return mean, precision
