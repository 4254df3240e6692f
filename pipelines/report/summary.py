"""The numbers of a report beside its causes: counts of responses, ratings, and NPS by wave and by segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipelines.impact.nps import nps_of
from pipelines.tabulate.survey_data import SCALES, SurveyData
from saywhy.report import Counts, GroupNps, RatingSummary

Mask = NDArray[np.bool_]


def tally(labels: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Labels with their counts, most frequent first, ties in alphabetical order."""
    return tuple(sorted(Counter(labels).items(), key=lambda entry: (-entry[1], entry[0])))


def count_responses(data: SurveyData, mask: Mask) -> Counts:
    """Counts of the responses in `mask` (N,). A duplicate repeats another answer, exactly or nearly."""
    comments = data.comment[mask & (data.comment >= 0)]
    answers = data.comment[mask & data.answered]
    distinct = {data.comments[index].duplicate_of or data.hashes[index] for index in np.unique(answers).tolist()}
    return Counts(
        responses=int(mask.sum()),
        scored=int((mask & (data.scale >= 0)).sum()),
        comments=len(comments),
        non_answers=len(comments) - len(answers),
        duplicates=len(answers) - len(distinct),
    )


def rating_summaries(data: SurveyData, mask: Mask) -> tuple[RatingSummary, ...]:
    """One summary for each scale that occurs and gives no NPS. The top box is the highest value of the scale."""
    summaries = []
    for code, scale in enumerate(SCALES):
        scores = data.score[mask & (data.scale == code)]
        if len(scores) and not scale.is_nps:
            top_box = float((scores == scale.bounds[1]).mean())
            summaries.append(RatingSummary(scale.value_range, len(scores), float(scores.mean()), top_box))
    return tuple(summaries)


def nps_by_wave(data: SurveyData) -> tuple[GroupNps, ...]:
    """NPS of every wave that has one. A report on one wave shows the others for comparison."""
    groups = []
    for code, name in enumerate(data.waves):
        wave = data.scored & (data.wave == code)
        if score := nps_of(data.points[wave], data.account[wave]):
            groups.append(GroupNps(name, score))
    return tuple(groups)


def nps_by_segment(data: SurveyData, mask: Mask, columns: NDArray[np.intp]) -> tuple[GroupNps, ...]:
    """NPS of these segments (indices of `SurveyData.segments`) among the responses in `mask`, in order of segments."""
    segmented = data.segmented[mask & data.scored].tocsc()
    points, customer = data.points[mask & data.scored], data.account[mask & data.scored]
    groups = []
    for column in sorted(columns.tolist(), key=lambda column: data.segments[column]):
        members = segmented.indices[segmented.indptr[column] : segmented.indptr[column + 1]]
        if score := nps_of(points[members], customer[members]):
            groups.append(GroupNps(str(data.segments[column]), score))
    return tuple(groups)
