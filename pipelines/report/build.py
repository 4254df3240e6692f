"""Everything a page shows of one wave, computed from the tabulated survey data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from pipelines.annotate.columns import POLARITIES, Annotations
from pipelines.causes.audited import Audits, audit_report
from pipelines.causes.ranking import impacts, rank_causes
from pipelines.change.alerts import alerts
from pipelines.change.decomposition import change_since
from pipelines.disclosure.suppression import protect
from pipelines.impact.nps import nps_of
from pipelines.report.caveats import notes
from pipelines.report.findings import findings
from pipelines.tabulate.segments import comparable
from pipelines.tabulate.survey_data import SCALES, SurveyData, tabulate
from saywhy.annotation import Annotation, Polarity
from saywhy.code_frame import CodeFrame
from saywhy.errors import NothingToAnalyse, WaveNotFound
from saywhy.feedback import Response, Scale
from saywhy.report import ALL_WAVES, Counts, GroupNps, RatingSummary, Report
from saywhy.topic import Assignment, Topic


def build_report(
    wave: str,
    responses: Iterable[Response],
    annotations: Mapping[str, Annotation],
    topics: Sequence[Topic],
    assignments: Iterable[Assignment],
    code_frame: CodeFrame,
    model: str,
    now: datetime,
) -> Report:
    """The report on one wave, or on "all". `responses` are those of every wave: the others tell what is new.

    `annotations` is keyed by content hash. For several waves, `tabulate` once and call `report_on` for each.
    Raises `NothingToAnalyse` where there are no responses and `WaveNotFound` where there are none in that wave.
    """
    data = tabulate(responses, Annotations.of(annotations.items()), topics, assignments, code_frame)
    return report_on(wave, data, model, now)


def report_on(
    wave: str,
    data: SurveyData,
    model: str,
    now: datetime,
    *,
    anonymous: bool = False,
    published: Sequence[Report] = (),
    audits: Audits | None = None,
) -> Report:
    """The same from tabulated data.

    Where anonymity was promised (`anonymous`), what reveals few people is left out (`pipelines.disclosure.suppression`): the data
    must be without small waves, and the report on all waves needs those on the single ones, as they are `published`.
    """
    if not len(data.wave):
        raise NothingToAnalyse
    if wave not in (ALL_WAVES, *data.waves):
        raise WaveNotFound(f"no wave {wave!r}; there are: {', '.join((ALL_WAVES, *data.waves))}")
    rows = np.ones(len(data.wave), dtype=bool) if wave == ALL_WAVES else data.wave == data.waves.index(wave)
    latest = len(data.waves) - 1 if wave == ALL_WAVES else data.waves.index(wave)
    segments, dropped = comparable(data.segments)
    answers = data.comment[rows & data.answered]
    read = answers[data.sentiment[answers] >= 0]
    ranking = impacts(data, rows)
    report = Report(
        wave=wave,
        generated_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        model=model,
        counts=_counts(data, rows),
        nps=nps_of(data.points[rows & data.scored]),
        nps_with_comment=nps_of(data.points[rows & data.scored & data.answered]),
        ratings=_ratings(data, rows),
        waves=_by_wave(data),
        segments=_by_segment(data, rows, segments),
        languages=_tally(data.comments[place].language or "und" for place in answers.tolist()),
        sentiment=_tally(POLARITIES[place].value for place in data.sentiment[read].tolist()),
        issues=rank_causes(data, rows, latest, Polarity.NEGATIVE, ranking[Polarity.NEGATIVE]),
        delights=rank_causes(data, rows, latest, Polarity.POSITIVE, ranking[Polarity.POSITIVE]),
        notes=(),
        change=change_since(data, latest - 1, latest) if latest > 0 else None,
        alerts=alerts(data, latest) if latest > 0 else (),
    )
    if audits:
        report = audit_report(report, data, rows, audits)
    if anonymous:
        report = protect(report, data, rows, published)
    remarks = notes(
        report,
        base=int((rows & data.scored & data.annotated).sum()),
        unread=len(answers) - len(read),
        verdicts=int(data.is_verdict[read].sum()),
        dropped=dropped,
        anonymous=anonymous,
    )
    return replace(report, notes=remarks, findings=findings(report))


def _tally(labels: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Labels with their counts, most frequent first."""
    return tuple(sorted(Counter(labels).items(), key=lambda entry: (-entry[1], entry[0])))


def _counts(data: SurveyData, rows: NDArray[np.bool_]) -> Counts:
    """A duplicate is an answer that repeats the words of another one, exactly or nearly."""
    written = data.comment[rows & (data.comment >= 0)]
    answers = data.comment[rows & data.answered]
    distinct = {data.comments[place].duplicate_of or data.hashes[place] for place in np.unique(answers).tolist()}
    return Counts(
        responses=int(rows.sum()),
        scored=int((rows & (data.scale >= 0)).sum()),
        comments=len(written),
        non_answers=len(written) - len(answers),
        duplicates=len(answers) - len(distinct),
    )


def _ratings(data: SurveyData, rows: NDArray[np.bool_]) -> tuple[RatingSummary, ...]:
    """Top box is the highest value of the scale."""
    found = []
    for code, scale in enumerate(SCALES):
        scores = data.score[rows & (data.scale == code)]
        if scale is not Scale.NPS and len(scores):
            top = float((scores == scale.bounds[1]).mean())
            found.append(RatingSummary(scale.value, len(scores), float(scores.mean()), top))
    return tuple(found)


def _by_wave(data: SurveyData) -> tuple[GroupNps, ...]:
    """Every wave, whichever the report is on: one score says little without the others."""
    scores = [(name, nps_of(data.points[data.scored & (data.wave == code)])) for code, name in enumerate(data.waves)]
    return tuple(GroupNps(name, score) for name, score in scores if score)


def _by_segment(data: SurveyData, rows: NDArray[np.bool_], segments: NDArray[np.intp]) -> tuple[GroupNps, ...]:
    columns = data.segmented[rows & data.scored].tocsc()
    points = data.points[rows & data.scored]
    found = []
    for place in sorted(segments.tolist(), key=lambda place: data.segments[place]):
        members = columns.indices[columns.indptr[place] : columns.indptr[place + 1]]
        if score := nps_of(points[members]):
            found.append(GroupNps(str(data.segments[place]), score))
    return tuple(found)
