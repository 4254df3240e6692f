"""Whether another mix of people answered, and what the NPS would be with the mix of the wave before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipelines.impact.nps import Z95, nps
from pipelines.tabulate.segments import comparable
from pipelines.tabulate.survey_data import SurveyData
from saywhy.estimate import Estimate
from saywhy.report import Mix

#: The mix of a dimension moved where so small a p-value, corrected for the number of dimensions, speaks against chance.
LEVEL = 0.01

#: A stratum of fewer responses in either wave is joined with the other small ones.
SMALLEST_STRATUM = 10


def moved_mix(frame: SurveyData, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Mix | None:
    """The dimension of segments whose mix moved most between two waves, and the change of the NPS without that.

    Post-stratification (Holt and Smith 1979): the NPS of each stratum of the later wave, weighted by the earlier wave's
    mix. Mixes are compared by the χ² test. None where no mix moved: weighting for nothing only adds noise.
    """
    segments, _ = comparable(frame.segments)
    names = sorted({frame.segments[place].dimension for place in segments.tolist()})
    moved = []
    for name in names:
        strata = _strata(frame, [place for place in segments.tolist() if frame.segments[place].dimension == name])
        sizes = np.stack([np.bincount(strata[rows], minlength=strata.max() + 1) for rows in (first, second)])
        strata, sizes = _joined(strata, sizes)
        if sizes.shape[1] > 1 and (sizes.sum(axis=1) > 0).all():
            p_value = min(1.0, float(stats.chi2_contingency(sizes).pvalue) * len(names))
            moved.append((p_value, name, strata, sizes))
    if not moved:
        return None
    p_value, name, strata, sizes = min(moved, key=lambda found: found[:2])
    return Mix(name, p_value, _change(frame, strata, sizes, first, second)) if p_value < LEVEL else None


def _strata(frame: SurveyData, places: list[int]) -> NDArray[np.intp]:
    """The value of one dimension that each response has (the first of several), 0 for none: (N,)."""
    member = frame.segmented[:, places]
    member.sort_indices()
    found = np.zeros(member.shape[0], dtype=np.intp)
    some = np.diff(member.indptr) > 0
    found[some] = member.indices[member.indptr[:-1][some]] + 1
    return found


def _joined(strata: NDArray[np.intp], sizes: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Small strata become one, empty ones go; the one that is left over small joins the largest."""
    small = sizes.min(axis=0) < SMALLEST_STRATUM
    place = np.cumsum(~small) - 1
    place[small] = (~small).sum()
    joined = np.stack([np.bincount(place, weights=row).astype(np.intp) for row in sizes])
    if small.any() and joined.shape[1] > 1 and joined[:, -1].min() < SMALLEST_STRATUM:
        largest = int(joined[:, :-1].sum(axis=0).argmax())
        joined[:, largest] += joined[:, -1]
        place[small] = largest
        joined = joined[:, :-1]
    return place[strata], joined


def _change(
    frame: SurveyData,
    strata: NDArray[np.intp],
    sizes: NDArray[np.intp],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
) -> Estimate:
    weights = sizes[0] / sizes[0].sum()
    change, variance = 0.0, 0.0
    for stratum, weight in enumerate(weights.tolist()):
        for sign, rows in ((-1, first), (1, second)):
            points = frame.points[rows & (strata == stratum)]
            found = nps(int((points > 0).sum()), int((points == 0).sum()), int((points < 0).sum()))
            change += sign * weight * found.score
            shares = (found.promoters + 0.75) / (found.n + 3), (found.detractors + 0.75) / (found.n + 3)
            variance += weight**2 * 100**2 * (sum(shares) - (shares[0] - shares[1]) ** 2) / (found.n + 3)
    margin = Z95 * variance**0.5
    return Estimate(change, max(-200.0, change - margin), min(200.0, change + margin))
