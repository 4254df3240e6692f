"""Data quality: how much of what was asked for came in, how sure the ranking is, the audit, and rejected rows."""

from __future__ import annotations

from functools import lru_cache

from fastapi import Response

from api.http.auth import ReadAccess
from api.http.dependencies import Resources
from api.web.page import Page
from api.web.pages.quality.build import WaveCounts, quality
from api.web.pages.quality.context import Quality
from api.web.rendering import WebDep
from saywhy.errors import Conflict
from saywhy.report import ALL_WAVES
from saywhy.store.audits import AuditProgress
from service.audits.sample import read_progress
from service.jobs import list_jobs
from service.reports import reading
from service.reports.reading import StoredReport

PATH = "/quality"
PAGE = Page("quality", Quality, path=PATH, styles=("work.css",))

#: Waves, the latest ones, and imports that are looked at.
WAVES, IMPORTS = 8, 50


@PAGE.router.get(PATH)
def show(web: WebDep, resources: ReadAccess) -> Response:
    """The page."""
    engine, workspace = resources.engine, resources.workspace
    waves = reading.list_waves(engine, workspace)
    report = reading.read_report(engine, workspace, ALL_WAVES) if waves else None
    latest = [group.name for group in report.waves if group.name in waves][-WAVES:] if report else []
    counts = [_counts(reading.read_stored(engine, workspace, wave)) for wave in latest]
    imports = list_jobs(engine, workspace, IMPORTS, kind="import").entries
    return web.render(PAGE, quality(report, counts, _audit(resources), imports, web))


def _audit(resources: Resources) -> AuditProgress | None:
    """How far the audit is; None where single comments are not handed out."""
    try:
        return read_progress(resources.engine, resources.workspace)
    except Conflict:
        return None


@lru_cache(maxsize=2 * WAVES)
def _counts(stored: StoredReport) -> WaveCounts:
    """Parsing takes longer than reading; what is stored is the key."""
    return WaveCounts.of(stored.report())
