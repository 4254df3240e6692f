"""Whether another mix of people answered, and the change of the NPS at the mix of the earlier wave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.arrays import Integers
from pipelines.impact.nps import MAX_CHANGE, Z95, adjusted_points, bounded_estimate, nps_of
from pipelines.impact.strata import join_small
from pipelines.tabulate.segments import comparable
from pipelines.tabulate.survey_data import SurveyData
from saywhy.estimate import Estimate
from saywhy.report import Mix

#: Significance level of the χ² test that the mix changed; its p-value is corrected for the number of dimensions.
LEVEL = 0.01


def largest_mix_change(data: SurveyData, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Mix | None:
    """The dimension of segments whose mix changed most between two waves, and the change of the NPS had
    the mix stayed that of the earlier wave.

    `first` and `second` are masks of the scored responses of the waves. Post-stratification (Holt and Smith 1979): the
    NPS of each stratum of the later wave is weighted by the mix of the earlier one. None where no mix changed
    significantly: weighting would then only add noise.
    """
    columns, _ = comparable(data.segments)
    dimensions = sorted({data.segments[column].dimension for column in columns.tolist()})
    candidates = []
    for dimension in dimensions:
        strata = _strata(data, [column for column in columns.tolist() if data.segments[column].dimension == dimension])
        sizes = np.stack([np.bincount(strata[wave], minlength=strata.max() + 1) for wave in (first, second)])
        new_stratum, sizes = join_small(sizes)
        strata = new_stratum[strata]
        if sizes.shape[1] > 1 and (sizes.sum(axis=1) > 0).all():
            p_value = min(1.0, float(stats.chi2_contingency(sizes).pvalue) * len(dimensions))
            candidates.append((p_value, dimension, strata, sizes))
    if not candidates:
        return None
    p_value, dimension, strata, sizes = min(candidates, key=lambda candidate: candidate[:2])
    if p_value >= LEVEL:
        return None
    return Mix(dimension, p_value, _weighted_change(data, strata, sizes, first, second))


def _strata(data: SurveyData, columns: list[int]) -> NDArray[np.intp]:
    """The stratum of each response in one dimension, (N,): its segment (the first of several) counted from 1, or 0."""
    member = data.segmented[:, columns]
    member.sort_indices()
    strata = np.zeros(member.shape[0], dtype=np.intp)
    has_segment = np.diff(member.indptr) > 0
    strata[has_segment] = member.indices[member.indptr[:-1][has_segment]] + 1
    return strata


def _weighted_change(
    data: SurveyData,
    strata: NDArray[np.intp],
    sizes: Integers,
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
) -> Estimate:
    weights = sizes[0] / sizes[0].sum()
    change, variance = 0.0, 0.0
    for stratum, weight in enumerate(weights.tolist()):
        for sign, wave in ((-1, first), (1, second)):
            members = wave & (strata == stratum)
            score = nps_of(data.points[members], data.account[members])
            assert score is not None  # no stratum is empty in either wave
            change += sign * weight * score.score
            variance += weight**2 * adjusted_points(score)[1] ** 2
    return bounded_estimate(change, Z95 * variance**0.5, MAX_CHANGE)
