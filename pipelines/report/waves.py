"""Computes all reports of a survey: one per wave and one on all waves together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pipelines.causes.audited import Audits
from pipelines.disclosure.differencing import RankedCause, against, suppressed_causes, was_edited_by_few
from pipelines.disclosure.fields import published_fields
from pipelines.disclosure.release import ReleasePlan
from pipelines.report.build import report_on
from pipelines.report.findings import findings
from pipelines.tabulate.survey_data import SurveyData
from saywhy.report import ALL_WAVES, Report


def report_on_waves(
    data: SurveyData,
    model: str,
    now: datetime,
    *,
    audits: Audits | None = None,
    plan: ReleasePlan | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Report]:
    """One report per wave, in order of the waves, and last the report on all waves.

    For a survey that promised anonymity, `plan` says what was published before, and `data` holds the responses that it
    selects. `progress` gets, before each report, the number of finished reports and of all reports.
    """
    waves = (*data.waves, ALL_WAVES)
    reports: list[Report] = []
    suppressed: set[RankedCause] = set()  # in the report on any single wave
    for index, wave in enumerate(waves):
        if progress:
            progress(index, len(waves))
        if plan is None:
            reports.append(report_on(wave, data, model, now, audits=audits))
            continue
        report = report_on(wave, data, model, now, anonymous=True, published=reports, audits=audits)
        published = against(report, plan.history.get(wave, ()), suppressed if wave == ALL_WAVES else ())
        suppressed |= suppressed_causes(report, published)
        reports.append(replace(published, findings=findings(published)))
    if plan is not None and any(was_edited_by_few(report, plan.latest().get(report.wave)) for report in reports):
        return [published_fields(report) for report in plan.latest().values()]  # an older version may have shown more
    return reports
