"""Computes all reports of a survey: one per wave and one on all waves together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import chain

from pipelines.causes.audited import Audits
from pipelines.causes.earlier_waves import earlier_effects
from pipelines.disclosure.differencing import RankedCause, against, suppressed_causes
from pipelines.disclosure.groups import KnownGroups, groups_of
from pipelines.disclosure.release import ReleasePlan
from pipelines.report.build import report_on
from pipelines.report.findings import findings
from pipelines.tabulate.survey_data import SurveyData
from saywhy.report import ALL_WAVES, Report

#: Gets, before each report, the number of finished reports and of all reports.
ReportProgress = Callable[[int, int], None]


def report_on_waves(
    data: SurveyData, model: str, now: datetime, *, audits: Audits | None = None, progress: ReportProgress
) -> list[Report]:
    """One report per wave, in order of the waves and informed by those before it, and last the report on all waves."""
    waves = (*data.waves, ALL_WAVES)
    reports: list[Report] = []
    for wave, earlier in zip(waves, chain(earlier_effects(data), [None]), strict=True):
        progress(len(reports), len(waves))
        reports.append(report_on(wave, data, model, now, audits=audits, earlier=earlier))
    return reports


def anonymous_reports_on_waves(
    data: SurveyData, model: str, now: datetime, plan: ReleasePlan, *, progress: ReportProgress
) -> tuple[list[Report], KnownGroups]:
    """The same for a survey that promised anonymity, and all groups that are published then.

    `data` are the responses that `plan` selects.
    """
    waves = (*data.waves, ALL_WAVES)
    reports: list[Report] = []
    before = known = plan.known(data)
    suppressed: set[RankedCause] = set()  # in the report on any single wave
    for wave in waves:
        progress(len(reports), len(waves))
        report = report_on(wave, data, model, now, anonymous=True, published=reports, known=before)
        published = against(report, plan.history.get(wave, ()), suppressed if wave == ALL_WAVES else ())
        suppressed |= suppressed_causes(report, published)
        reports.append(replace(published, findings=findings(published)))
        known = known.including(groups_of(published, data, data.responses_of(wave)))
    return reports, known
