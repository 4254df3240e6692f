"""Everything a page shows of one wave, computed from the frame."""

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
    frame = tabulate(responses, Annotations.of(annotations.items()), topics, assignments, code_frame)
    return report_on(wave, frame, model, now)


def report_on(
    wave: str,
    frame: SurveyData,
    model: str,
    now: datetime,
    *,
    anonymous: bool = False,
    published: Sequence[Report] = (),
    audits: Audits | None = None,
) -> Report:
    """The same from a frame.

    Where anonymity was promised (`anonymous`), what reveals few people is left out (`pipelines.disclosure.suppression`): the frame
    must be without small waves, and the report on all waves needs those on the single ones, as they are `published`.
    """
    if not len(frame.wave):
        raise NothingToAnalyse
    if wave not in (ALL_WAVES, *frame.waves):
        raise WaveNotFound(f"no wave {wave!r}; there are: {', '.join((ALL_WAVES, *frame.waves))}")
    rows = np.ones(len(frame.wave), dtype=bool) if wave == ALL_WAVES else frame.wave == frame.waves.index(wave)
    latest = len(frame.waves) - 1 if wave == ALL_WAVES else frame.waves.index(wave)
    segments, dropped = comparable(frame.segments)
    answers = frame.comment[rows & frame.answered]
    read = answers[frame.sentiment[answers] >= 0]
    ranking = impacts(frame, rows)
    report = Report(
        wave=wave,
        generated_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        model=model,
        counts=_counts(frame, rows),
        nps=nps_of(frame.points[rows & frame.scored]),
        nps_with_comment=nps_of(frame.points[rows & frame.scored & frame.answered]),
        ratings=_ratings(frame, rows),
        waves=_by_wave(frame),
        segments=_by_segment(frame, rows, segments),
        languages=_tally(frame.comments[place].language or "und" for place in answers.tolist()),
        sentiment=_tally(POLARITIES[place].value for place in frame.sentiment[read].tolist()),
        issues=rank_causes(frame, rows, latest, Polarity.NEGATIVE, ranking[Polarity.NEGATIVE]),
        delights=rank_causes(frame, rows, latest, Polarity.POSITIVE, ranking[Polarity.POSITIVE]),
        notes=(),
        change=change_since(frame, latest - 1, latest) if latest > 0 else None,
        alerts=alerts(frame, latest) if latest > 0 else (),
    )
    if audits:
        report = audit_report(report, frame, rows, audits)
    if anonymous:
        report = protect(report, frame, rows, published)
    remarks = notes(
        report,
        base=int((rows & frame.scored & frame.annotated).sum()),
        unread=len(answers) - len(read),
        verdicts=int(frame.is_verdict[read].sum()),
        dropped=dropped,
        anonymous=anonymous,
    )
    return replace(report, notes=remarks, findings=findings(report))


def _tally(labels: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Labels with their counts, most frequent first."""
    return tuple(sorted(Counter(labels).items(), key=lambda entry: (-entry[1], entry[0])))


def _counts(frame: SurveyData, rows: NDArray[np.bool_]) -> Counts:
    """A duplicate is an answer that repeats the words of another one, exactly or nearly."""
    written = frame.comment[rows & (frame.comment >= 0)]
    answers = frame.comment[rows & frame.answered]
    distinct = {frame.comments[place].duplicate_of or frame.hashes[place] for place in np.unique(answers).tolist()}
    return Counts(
        responses=int(rows.sum()),
        scored=int((rows & (frame.scale >= 0)).sum()),
        comments=len(written),
        non_answers=len(written) - len(answers),
        duplicates=len(answers) - len(distinct),
    )


def _ratings(frame: SurveyData, rows: NDArray[np.bool_]) -> tuple[RatingSummary, ...]:
    """Top box is the highest value of the scale."""
    found = []
    for code, scale in enumerate(SCALES):
        scores = frame.score[rows & (frame.scale == code)]
        if scale is not Scale.NPS and len(scores):
            top = float((scores == scale.bounds[1]).mean())
            found.append(RatingSummary(scale.value, len(scores), float(scores.mean()), top))
    return tuple(found)


def _by_wave(frame: SurveyData) -> tuple[GroupNps, ...]:
    """Every wave, whichever the report is on: one score says little without the others."""
    scores = [
        (name, nps_of(frame.points[frame.scored & (frame.wave == code)])) for code, name in enumerate(frame.waves)
    ]
    return tuple(GroupNps(name, score) for name, score in scores if score)


def _by_segment(frame: SurveyData, rows: NDArray[np.bool_], segments: NDArray[np.intp]) -> tuple[GroupNps, ...]:
    columns = frame.segmented[rows & frame.scored].tocsc()
    points = frame.points[rows & frame.scored]
    found = []
    for place in sorted(segments.tolist(), key=lambda place: frame.segments[place]):
        members = columns.indices[columns.indptr[place] : columns.indptr[place + 1]]
        if score := nps_of(points[members]):
            found.append(GroupNps(str(frame.segments[place]), score))
    return tuple(found)
