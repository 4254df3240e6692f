"""Weights that let those who answered stand for the list, and the NPS with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats, Integers
from pipelines.impact.nps import MAX_NPS, Z95, adjusted_points, bounded_estimate, nps_of
from pipelines.impact.strata import join_small
from saywhy.estimate import Estimate


@dataclass(frozen=True, slots=True)
class WeightedNps:
    """The weighted NPS; `weights`, (strata,), are those of an answer of each stratum, 1 on average over all answers.

    `effective_answers`: so many answers of equal weight would be as precise, (Σw)²/Σw² (Kish, "Survey Sampling", 1965).
    """

    nps: Estimate
    weights: Floats
    effective_answers: float


def weighted_nps(
    listed: Integers, stratum: NDArray[np.int64], points: NDArray[np.int8], account: NDArray[np.int32]
) -> WeightedNps | None:
    """The NPS of answers weighted by the shares of their strata in the list; None without answers.

    `listed`, (strata,), are customers; `stratum`, `points` and `account`, (N,), those of each answer, the latter as in
    `pipelines.impact.customers`. Strata with fewer than ten answers are joined, and one that is still as small with the
    largest. Post-stratification (Holt and Smith, "Post Stratification", JRSS A 142, 1979): Σ W·NPS over strata, with
    the variance Σ W²·Var of their adjusted scores (Rocks 2016); it is that given the strata's numbers of answers.
    """
    if not len(points):
        return None
    answers = np.bincount(stratum, minlength=len(listed))
    new_stratum, sizes = join_small(np.stack([listed, answers]))
    shares = sizes[0] / sizes[0].sum()
    score = variance = 0.0
    for number, share in enumerate(shares.tolist()):
        members = new_stratum[stratum] == number
        of_stratum = nps_of(points[members], account[members])
        if of_stratum is None:  # only where nobody at all is listed in it, or it was joined already
            continue
        score += share * of_stratum.score
        variance += share**2 * adjusted_points(of_stratum)[1] ** 2
    weights = (shares * len(points) / np.maximum(sizes[1], 1))[new_stratum]
    each = weights[stratum]
    estimate = bounded_estimate(score, Z95 * variance**0.5, MAX_NPS)
    return WeightedNps(estimate, weights, float(each.sum() ** 2 / (each**2).sum()))
