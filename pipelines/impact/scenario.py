"""The NPS if nobody, or fewer people, named any cause of a set: by g-computation, with a joint interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import Floats
from pipelines.impact.adjusted_wald import excess_variance
from pipelines.impact.customers import design_effects
from pipelines.impact.design import Controls, aggregated, design_matrix, prior_of
from pipelines.impact.effect_prior import EffectPrior
from pipelines.impact.gains import gains
from pipelines.impact.nps import Z95, by_group, points_of
from pipelines.impact.score_model import fit
from saywhy.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Projection:
    """The NPS points gained where a set of causes is named less, and the NPS with that gain."""

    responses: int  # that name any of the set now
    gain: Estimate
    gain_variance: float  # in squared points; infinite where every response names a cause of the set
    nps: Estimate


def project(
    scores: NDArray[np.int8],
    named: sparse.csr_array,
    sets: Sequence[NDArray[np.intp]],
    *,
    fewer: Sequence[float],
    controls: Controls | None = None,
    others: NDArray[np.int8],
    customer: NDArray[np.int32] | None = None,
    prior: EffectPrior | None = None,
) -> list[Projection]:
    """One projection for each set of columns of `named` (N, K) and each share in `fewer`, set by set.

    The model is that of `pipelines.impact.recoverable`: `scores`, (N,), are those of the responses that could name a
    cause, `others` those of the remaining scored responses, and the NPS is that of both. All columns of a set are
    switched off together, so that a response naming two of them is counted once. With a share below 1, that share of
    the responses that name any of the set, drawn at random, names none of it: the expected gain is the share of the
    whole.

    The variance is that of the sum of the influences of each response on the NPS and on the gain, times the design
    effect of several responses of one `customer` (`pipelines.impact.customers`; of `scores`, then of `others`), and
    that of the means of the priors. As in the ranking, that of the gain is at least what the adjusted-Wald shares
    add for few or unanimous responses. Where every response names a cause of the set there is no comparison group, and
    the interval of the NPS is -100 … 100.
    """
    design, counts, row = aggregated(design_matrix(named, controls), scores)
    model = fit(design, counts, prior_of(named.shape[1], controls, prior))
    total = len(scores) + len(others)
    everyone = points_of(np.concatenate([scores, others])).astype(np.float64)
    score = float(everyone.mean())
    groups = by_group(points_of(scores))
    group_totals = groups.sum(axis=0)
    factor = np.where(np.arange(total) < len(scores), np.sqrt(model.small_sample_factor(len(scores))), 1.0)
    projections = []
    for columns in sets:
        switched = gains(model, design, counts, [columns])
        whole = 100 * float(switched.sums[0]) / total
        named_by = groups[named[:, columns].sum(axis=1) > 0].sum(axis=0)
        responses = int(named_by.sum())
        [least] = excess_variance(named_by[None], group_totals, total).tolist()
        if prior is not None:
            least *= float(switched.variance_ratio(prior_of(named.shape[1], controls, None))[0])
        of_priors = 100**2 * float(switched.prior_covariance[0, 0]) / total**2
        influence = np.zeros(total)  # those of others on the gain are 0
        influence[: len(scores)] = 100 * switched.influence(row, scores)[:, 0]
        for share in fewer:
            gain = share * whole
            of_gain = share * influence - gain
            both = factor[:, None] * np.stack([of_gain, of_gain + everyone - score], axis=1)
            effect = design_effects(customer, both.__getitem__, 2)
            variances = effect * (both**2).sum(axis=0) / total**2 + share**2 * of_priors
            variances += max(share**2 * least - variances[0], 0)
            is_comparable = responses < len(scores)
            projections.append(
                _projection(responses, gain, score, variances) if is_comparable else _unknown(responses, score)
            )
    return projections


def _projection(responses: int, gain: float, score: float, variances: Floats) -> Projection:
    """`variances`, (2,), are those of the gain and of the NPS with it."""
    nps = min(max(score + gain, -100.0), 100.0)
    gain = nps - score
    gain_error, error = (Z95 * np.sqrt(variances)).tolist()
    return Projection(
        responses,
        Estimate(gain, max(gain - gain_error, -100.0 - score), min(gain + gain_error, 100.0 - score)),
        float(variances[0]),
        Estimate(nps, max(nps - error, -100.0), min(nps + error, 100.0)),
    )


def _unknown(responses: int, score: float) -> Projection:
    """Where there is no comparison group."""
    gain = Estimate(0.0, -100.0 - score, 100.0 - score)
    return Projection(responses, gain, np.inf, Estimate(score, -100.0, 100.0))
