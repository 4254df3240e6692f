"""The report page, and the start page before the first analysis."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import HTMLResponse

from api.http import content_security, problems
from api.http.accept_language import preferred_language
from api.http.auth import ReadAccess
from api.http.dependencies import Resources
from api.v1.reports import AgainstQuery, Wave, report_of
from pipelines.render import start_page, to_html
from saywhy.report import ALL_WAVES, Report
from service.reports import reading
from service.workspaces import read_status

router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)

ERRORS = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)

Language = Annotated[
    str | None,
    Query(description="Language of the page: `en`, `de`, `zh-Hans` or `zh-Hant`; by default the browser's."),
]
AcceptLanguage = Annotated[str, Header(include_in_schema=False)]


@router.get("/", summary="The report page of all waves", responses=ERRORS)
def show_all(
    resources: ReadAccess,
    language: Language = None,
    against: AgainstQuery = None,
    accept_language: AcceptLanguage = "",
) -> HTMLResponse:
    """The ranking of what costs NPS points over all waves, as one self-contained page.

    Before the first analysis, a page that says what to do.
    """
    language = language or preferred_language(accept_language)
    report = reading.find_report(resources.engine, resources.workspace, ALL_WAVES)
    if report is None:
        return _start_page(resources, language)
    return _report_page(resources, report if against is None else report_of(resources, ALL_WAVES, against), language)


@router.get("/reports/{wave:path}", summary="The report page of a wave", responses=ERRORS)
def show_report(
    wave: Wave,
    resources: ReadAccess,
    language: Language = None,
    against: AgainstQuery = None,
    accept_language: AcceptLanguage = "",
) -> HTMLResponse:
    """The ranking of what costs NPS points in one wave, as one self-contained page."""
    report = report_of(resources, wave, against)
    return _report_page(resources, report, language or preferred_language(accept_language))


def _report_page(resources: Resources, report: Report, language: str) -> HTMLResponse:
    return _respond(to_html(report, resources.annotator.code_frame, language=language))


def _start_page(resources: Resources, language: str) -> HTMLResponse:
    status = read_status(resources.engine, resources.workspace)
    return _respond(start_page(status.responses, is_analysing=status.is_analysing, language=language))


def _respond(page: str) -> HTMLResponse:
    headers = {
        "Content-Security-Policy": content_security.of_report(page),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(page, headers=headers)
