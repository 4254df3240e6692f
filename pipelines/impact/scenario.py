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
from pipelines.impact.design import aggregated, design_matrix
from pipelines.impact.multinomial_logit import LogitModel, fit, group_shares
from pipelines.impact.nps import Z95, by_group
from pipelines.impact.recoverable import score_and_slope
from saywhy.estimate import Estimate

#: Points of a promoter, a passive and a detractor.
_GROUP_POINTS = np.array([100.0, 0.0, -100.0])


@dataclass(frozen=True, slots=True)
class Projection:
    """The NPS points gained where a set of causes is named less, and the NPS with that gain."""

    responses: int  # that name any of the set now
    gain: Estimate
    gain_variance: float  # in squared points; infinite where every response names a cause of the set
    nps: Estimate


def project(
    points: NDArray[np.int8],
    named: sparse.csr_array,
    sets: Sequence[NDArray[np.intp]],
    *,
    fewer: Sequence[float],
    controls: sparse.csr_array | None = None,
    others: NDArray[np.int8],
    customer: NDArray[np.int32] | None = None,
) -> list[Projection]:
    """One projection for each set of columns of `named` (N, K) and each share in `fewer`, set by set.

    The model is that of `pipelines.impact.recoverable`: `points`, (N,), are those of the responses that could name a
    cause, `others` those of the remaining scored responses, and the NPS is that of both. All columns of a set are
    switched off together, so that a response naming two of them is counted once. With a share below 1, that share of
    the responses that name any of the set, drawn at random, names none of it: the expected gain is the share of the
    whole.

    The variance is that of the sum of the influences of each response on the NPS and on the gain, times the design
    effect of several responses of one `customer` (`pipelines.impact.customers`; of `points`, then of `others`). As in
    the ranking, it is increased by what the adjusted-Wald shares add for few or unanimous responses. Where
    every response names a cause of the set there is no comparison group, and the interval of the NPS is -100 … 100.
    """
    design, counts, row = aggregated(design_matrix(named, controls), points)
    model = fit(design, counts)
    total = len(points) + len(others)
    everyone = np.concatenate([points, others]).astype(np.float64)
    score = float(everyone.mean())
    group = by_group(points).argmax(axis=1)
    factor = model.small_sample_factor(len(points))
    projections = []
    for columns in sets:
        gain_of_rows, influence = _switch_off(model, design, counts, columns + 1)
        whole = 100 * float(counts.sum(axis=1) @ gain_of_rows) / total
        named_by = counts[design[:, columns + 1].sum(axis=1) > 0].sum(axis=0)  # (3,) by group
        responses = int(named_by.sum())
        [excess] = excess_variance(named_by[None].astype(np.int64), counts.sum(axis=0).astype(np.int64), total).tolist()
        for share in fewer:
            gain = share * whole
            on_gain = share * 100 * influence - gain  # (U, 3) of those who could name a cause; -gain of all others
            on_score = _GROUP_POINTS - score
            scores = others.astype(np.float64) - score
            of_gain = np.concatenate([on_gain[row, group], np.full(len(others), -gain)])
            both = np.stack([of_gain, of_gain + everyone - score], axis=1)
            effect = design_effects(customer, both.__getitem__, 2)
            squares = np.array(
                [
                    (counts * on_gain**2).sum() + len(others) * gain**2,
                    (counts * (on_gain + on_score) ** 2).sum() + ((scores - gain) ** 2).sum(),
                ]
            )
            variances = effect * (factor * squares / total**2 + share**2 * excess)
            is_comparable = responses < len(points)
            projections.append(
                _projection(responses, gain, score, variances) if is_comparable else _unknown(responses, score)
            )
    return projections


def _projection(responses: int, gain: float, score: float, variances: Floats) -> Projection:
    """`variances`, (2,), are those of the gain and of the NPS with it."""
    nps = min(max(score + gain, -100.0), 100.0)
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


def _switch_off(
    model: LogitModel, design: sparse.csr_array, counts: Floats, columns: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """What each of the U rows gains where the columns are 0, (U,), and the influence of a response of each group on
    the sum of gains, (U, 3): its own gain, and its effect through the coefficients. In shares, not in points.
    """
    n = counts.sum(axis=1)
    logits = design @ model.coefficients.T
    shares, _ = group_shares(logits)
    kept = np.ones(design.shape[1])
    kept[columns] = 0
    without = sparse.csr_array(design @ sparse.diags_array(kept))
    score_now, slope_now = score_and_slope(shares)
    score, slope = score_and_slope(group_shares(without @ model.coefficients.T)[0])
    gain = score - score_now
    gradient = (without.T @ (n[:, None] * slope) - design.T @ (n[:, None] * slope_now)).T
    by_residual = (model.inverse_information @ gradient.ravel()).reshape(2, -1)
    effect = design @ by_residual.T  # (U, 2)
    is_promoter_or_detractor = np.array([[1, 0], [0, 0], [0, 1]], dtype=np.float64)
    residuals = is_promoter_or_detractor[None] - shares[:, None, :]  # (U, 3, 2)
    return gain, gain[:, None] + (residuals * effect[:, None, :]).sum(axis=2)
