"""Data quality: how much of what was asked for came in, how sure the ranking is, the audit, and rejected rows."""

from __future__ import annotations

from fastapi import Response

from api.http.auth import ReadAccess
from api.http.dependencies import Resources
from api.web.downloads import Downloads, offer
from api.web.page import Page
from api.web.pages.quality.build import WaveCounts, quality
from api.web.pages.quality.context import Quality
from api.web.pages.quality.files import wave_table
from api.web.rendering import WebDep
from api.web.surveys import find_report, read_report, read_survey
from saywhy.errors import Conflict
from saywhy.report import Report
from saywhy.store.audits import AuditProgress
from service.audits.sample import read_progress
from service.jobs import list_jobs
from service.reports import reading

PATH = "/quality"
PAGE = Page("quality", Quality, path=PATH, styles=("work.css",))

#: Waves, the latest ones, and imports that are looked at.
WAVES, IMPORTS = 8, 50


def downloads(web: WebDep, resources: ReadAccess) -> Downloads:
    """What came in with the latest waves."""
    report = read_survey(resources).report
    return Downloads({"waves": lambda: wave_table(_latest(resources, report), web.wording)})


offer(PAGE, PATH, "quality", downloads)


@PAGE.router.get(PATH)
def show(web: WebDep, resources: ReadAccess) -> Response:
    """The page."""
    engine, workspace = resources.engine, resources.workspace
    report = find_report(resources)
    counts = _latest(resources, report) if report else []
    imports = list_jobs(engine, workspace, IMPORTS, kind="import").entries
    return web.render(PAGE, quality(report, counts, _audit(resources), imports, web))


def _latest(resources: Resources, report: Report) -> list[WaveCounts]:
    """Of the latest waves that have a report."""
    engine, workspace = resources.engine, resources.workspace
    waves = reading.list_waves(engine, workspace)
    latest = [group.name for group in report.waves if group.name in waves][-WAVES:]
    return [WaveCounts.of(read_report(resources, wave)) for wave in latest]


def _audit(resources: Resources) -> AuditProgress | None:
    """How far the audit is; None where single comments are not handed out."""
    try:
        return read_progress(resources.engine, resources.workspace)
    except Conflict:
        return None
