"""Recoverable points: the NPS without the mentions of a cause, by g-computation, and its standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import Floats
from pipelines.impact.customers import design_effects
from pipelines.impact.design import Controls, aggregated, design_matrix, prior_of
from pipelines.impact.effect_prior import EffectPrior
from pipelines.impact.gains import Gains, gains
from pipelines.impact.score_model import fit


@dataclass(frozen=True, slots=True)
class Recoverable:
    """By how many points (K,) the NPS would be higher if a cause were no longer named, and their covariance (K, K).

    `design_effect`, (K,), says how many times larger the variances are because customers answered several times,
    `variance_ratio`, (K,), how many times as large as without earlier waves they are in the model.
    """

    points: Floats
    covariance: Floats
    design_effect: Floats
    variance_ratio: Floats

    def of(self, columns: slice) -> Recoverable:
        """Those of some of the causes."""
        covariance = self.covariance[columns, columns]
        return Recoverable(self.points[columns], covariance, self.design_effect[columns], self.variance_ratio[columns])


def recoverable(
    scores: NDArray[np.int8],
    named: sparse.csr_array,
    controls: Controls | None = None,
    responses: int = 0,
    customer: NDArray[np.int32] | None = None,
    prior: EffectPrior | None = None,
) -> Recoverable:
    """By how many points the NPS would be higher if nobody named cause k and everything else stayed as it is.

    `scores`, shape (N,), are 0 … 10; `named`, shape (N, K), and `controls` (segments, waves) are nonzero where a
    response has the cause or the property. Of `responses` (at least N, or 0 for N), those beyond N cannot name a cause;
    they only dilute the points. `prior` is what earlier waves say of the slopes of the K causes.

    The points are those of `pipelines.impact.gains` in the model of all scores (`pipelines.impact.score_model`). The
    covariance is that of the influence functions, scaled by n/(n - degrees of freedom) and by the design effects of
    several responses of one `customer`, (N,) (`pipelines.impact.customers`), and that of the means of the priors:
    departures from proportionality may be as large as their prior says. It agrees with the bootstrap.

    An association: no survey can tell whether fixing the cause would also raise the low scores.
    """
    base, causes = named.shape
    total = responses or base
    if not base or not causes:
        return Recoverable(np.zeros(causes), np.zeros((causes, causes)), np.ones(causes), np.ones(causes))
    fitted, counts, row = _fitted(scores, named, controls, prior)
    gain = fitted.sums / total
    effect = design_effects(customer, lambda chosen: fitted.influence(row[chosen], scores[chosen]) - gain, causes)
    factor = fitted.model.small_sample_factor(base) * np.sqrt(np.outer(effect, effect))
    covariance = factor * (fitted.squares(counts) / total**2 - np.outer(gain, gain) / total)
    covariance += fitted.prior_covariance / total**2
    ratio = np.ones(causes) if prior is None else fitted.variance_ratio(prior_of(causes, controls, None))
    return Recoverable(100 * gain, 100**2 * covariance, effect, ratio)


def with_influence(scores: NDArray[np.int8], named: sparse.csr_array) -> tuple[Floats, Floats]:
    """The points of `recoverable`, (K,), and the influence of each of the N responses on them, (N, K), dense.

    The mean of the influences is 0; the sum of their squares over N² is the variance.
    """
    fitted, _, row = _fitted(scores, named, None, None)
    gain = fitted.sums / len(scores)
    influence = fitted.influence(row, scores)
    factor = fitted.model.small_sample_factor(len(scores))
    return 100 * gain, 100 * np.sqrt(factor) * (influence - influence.mean(axis=0))


def _fitted(
    scores: NDArray[np.int8], named: sparse.csr_array, controls: Controls | None, prior: EffectPrior | None
) -> tuple[Gains, Floats, NDArray[np.intp]]:
    """The gains without each cause, the counts (U, 11) of the distinct rows, and the row of each response, (N,)."""
    design, counts, row = aggregated(design_matrix(named, controls), scores)
    model = fit(design, counts, prior_of(named.shape[1], controls, prior))
    return gains(model, design, counts, [np.array([column]) for column in range(named.shape[1])]), counts, row
