"""Data quality: how much of what was asked for came in, how sure the ranking is, the audit, and rejected rows."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from fastapi import Response
from fastapi.responses import RedirectResponse

from api.http.auth import ReadAccess, WriteAccess
from api.http.dependencies import Resources
from api.web.downloads import Downloads, offer
from api.web.page import Page
from api.web.pages.quality.build import PATH, WaveCounts, quality
from api.web.pages.quality.context import Quality
from api.web.pages.quality.drift import drift_lines
from api.web.pages.quality.files import wave_table
from api.web.pages.quality.shadow import shadow_lines
from api.web.rendering import WebDep
from api.web.surveys import find_report, read_report, read_survey
from saywhy.errors import Conflict, NotFound
from saywhy.report import Report
from saywhy.store import Engine
from service.audits.sample import read_progress
from service.drift import read_drift
from service.jobs import list_jobs
from service.labelling.agreement import read_agreement
from service.labelling.selection import Strategy, next_comments
from service.reports import reading
from service.shadow_agreement import read_agreement as read_shadow

PAGE = Page("quality", Quality, path=PATH, styles=("work.css",))

T = TypeVar("T")

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
    agreement = _unless_anonymous(read_agreement, resources)
    audit = _unless_anonymous(read_progress, resources)
    drift = drift_lines(read_drift(engine, workspace), resources.annotator.code_frame, web.wording)
    shadow = shadow_lines(read_shadow(engine, resources.registry, resources.core.model, workspace), web.wording)
    return web.render(PAGE, quality(report, counts, audit, agreement, imports, web, drift, shadow))


def _latest(resources: Resources, report: Report) -> list[WaveCounts]:
    """Of the latest waves that have a report."""
    engine, workspace = resources.engine, resources.workspace
    waves = reading.list_waves(engine, workspace)
    latest = [group.name for group in report.waves if group.name in waves][-WAVES:]
    return [WaveCounts.of(read_report(resources, wave)) for wave in latest]


@PAGE.router.get(f"{PATH}/next")
def show_next(web: WebDep, resources: WriteAccess, by: Strategy = Strategy.UNCERTAIN) -> Response:
    """Leads to the comment to label next. Raises `NotFound` if there is none."""
    code_frame = resources.annotator.code_frame
    comments = next_comments(resources.engine, resources.workspace, 1, by, code_frame=code_frame)
    if not comments:
        raise NotFound("there is no comment to label")
    return RedirectResponse(web.href(f"/comments/{comments[0].response}"), HTTPStatus.SEE_OTHER)


def _unless_anonymous(read: Callable[[Engine, str], T], resources: Resources) -> T | None:
    """What is read; None where single comments are not handed out."""
    try:
        return read(resources.engine, resources.workspace)
    except Conflict:
        return None
