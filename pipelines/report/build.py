"""Computes the report on one wave, or on all waves together, from the tabulated survey data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pipelines.annotate.columns import POLARITIES
from pipelines.causes.analysis import Analysis
from pipelines.causes.audited import Audits, audit_report
from pipelines.causes.earlier_waves import EarlierEffects
from pipelines.causes.impacts import impacts
from pipelines.causes.predictive_segments import predictive_dimensions
from pipelines.causes.ranking import rank_causes
from pipelines.causes.scenarios import reported_scenarios
from pipelines.change.alerts import alerts
from pipelines.change.decomposition import change_since
from pipelines.disclosure.groups import KnownGroups
from pipelines.disclosure.suppression import protect
from pipelines.impact.nps import nps_of
from pipelines.report.caveats import notes
from pipelines.report.findings import findings
from pipelines.report.summary import count_responses, nps_by_segment, nps_by_wave, rating_summaries, tally
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.errors import NothingToAnalyse
from saywhy.report import ALL_WAVES, Report


def report_on(
    wave: str,
    data: SurveyData,
    model: str,
    now: datetime,
    *,
    anonymous: bool = False,
    published: Sequence[Report] = (),
    known: KnownGroups | None = None,
    audits: Audits | None = None,
    earlier: EarlierEffects | None = None,
) -> Report:
    """The report on one wave, or on all ("all"). `data` has the responses of every wave, for comparison.

    If anonymity was promised (`anonymous`), small groups are hidden by `pipelines.disclosure`: `data` must come from
    `ReleasePlan.select`, and the report on all waves needs the reports on the single waves as they were `published`;
    `known` are the groups of earlier publications. `earlier` is what earlier waves say of the effects of causes; None
    for a first wave, for all waves and where anonymity was promised.
    Raises `NothingToAnalyse` if there are no responses, and `WaveNotFound` if none are in that wave.
    """
    if not len(data.wave):
        raise NothingToAnalyse
    mask = data.responses_of(wave)
    index = len(data.waves) - 1 if wave == ALL_WAVES else data.waves.index(wave)
    analysis = Analysis.of(data, mask)
    report = _compute(wave, index, analysis, model, now, earlier)
    if audits:
        report = audit_report(report, analysis, audits)
    if anonymous:
        report = protect(report, data, mask, published, known)
    answers = data.comment[mask & data.answered]
    annotated = answers[data.sentiment[answers] >= 0]
    caveats = notes(
        report,
        base=int((mask & data.scored & data.annotated).sum()),
        unread=len(answers) - len(annotated),
        verdicts=int(data.is_verdict[annotated].sum()),
        dropped=analysis.dropped_dimensions,
        predictive=predictive_dimensions(analysis),
        anonymous=anonymous,
    )
    return replace(report, notes=caveats, findings=findings(report))


def _compute(
    wave: str, latest: int, analysis: Analysis, model: str, now: datetime, earlier: EarlierEffects | None
) -> Report:
    """The numbers of the report; `latest` is the index of its wave, or of the last wave in the report on all."""
    data, mask = analysis.data, analysis.mask
    answers = data.comment[mask & data.answered]
    annotated = answers[data.sentiment[answers] >= 0]
    impact = impacts(analysis, earlier)
    scored, wrote = mask & data.scored, mask & data.scored & data.answered
    issues = rank_causes(analysis, latest, Polarity.NEGATIVE, impact[Polarity.NEGATIVE])
    return Report(
        wave=wave,
        generated_at=now.astimezone(UTC).isoformat(timespec="milliseconds"),
        model=model,
        counts=count_responses(data, mask),
        nps=nps_of(data.points[scored], data.account[scored]),
        nps_with_comment=nps_of(data.points[wrote], data.account[wrote]),
        ratings=rating_summaries(data, mask),
        waves=nps_by_wave(data),
        segments=nps_by_segment(data, mask, analysis.segment_columns),
        languages=tally(data.comments[comment].language or "und" for comment in answers.tolist()),
        sentiment=tally(POLARITIES[code].value for code in data.sentiment[annotated].tolist()),
        issues=issues,
        delights=rank_causes(analysis, latest, Polarity.POSITIVE, impact[Polarity.POSITIVE]),
        notes=(),
        change=change_since(data, latest - 1, latest) if latest > 0 else None,
        alerts=alerts(data, latest) if latest > 0 else (),
        scenarios=reported_scenarios(analysis, issues, earlier),
    )
