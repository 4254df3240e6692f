"""The report page, and the start page before the first analysis."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.http import content_security, problems
from api.http.accept_language import preferred_language
from api.http.auth import ReadAccess
from api.http.dependencies import Resources
from api.http.rendered import Rendering
from api.v1.reports import AgainstQuery, Wave, compared_report
from pipelines.render import start_page, to_html
from pipelines.render.wording import closest_language
from saywhy.report import ALL_WAVES
from service.reports import reading
from service.reports.reading import StoredReport
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
    request: Request,
    resources: ReadAccess,
    language: Language = None,
    against: AgainstQuery = None,
    accept_language: AcceptLanguage = "",
) -> Response:
    """The ranking of what costs NPS points over all waves, as one self-contained page.

    Before the first analysis, a page that says what to do.
    """
    language = language or preferred_language(accept_language)
    stored = reading.find_stored(resources.engine, resources.workspace, ALL_WAVES)
    if stored is None:
        return _start_page(request, resources, language)
    return _report_page(request, resources, stored, ALL_WAVES, against, language)


@router.get("/reports/{wave:path}", summary="The report page of a wave", responses=ERRORS)
def show_report(
    request: Request,
    wave: Wave,
    resources: ReadAccess,
    language: Language = None,
    against: AgainstQuery = None,
    accept_language: AcceptLanguage = "",
) -> Response:
    """The ranking of what costs NPS points in one wave, as one self-contained page."""
    stored = reading.read_stored(resources.engine, resources.workspace, wave)
    language = language or preferred_language(accept_language)
    return _report_page(request, resources, stored, wave, against, language)


def _report_page(
    request: Request, resources: Resources, stored: StoredReport, wave: str, against: str | None, language: str
) -> Response:
    code_frame, language = resources.annotator.code_frame, closest_language(language)
    if against is not None:
        page = to_html(compared_report(resources, wave, against), code_frame, language=language)
        return _respond(request, Rendering.of(page.encode()))
    key = (stored, "page", language)
    return _respond(
        request,
        resources.renderings.get(key, lambda: to_html(stored.report(), code_frame, language=language).encode()),
    )


def _start_page(request: Request, resources: Resources, language: str) -> Response:
    status = read_status(resources.engine, resources.workspace)
    page = start_page(status.responses, is_analysing=status.is_analysing, language=language)
    return _respond(request, Rendering.of(page.encode()))


def _respond(request: Request, page: Rendering) -> Response:
    policy = content_security.of_report(page.content.decode())
    headers = {"Content-Security-Policy": policy, "Vary": "Accept-Language"}
    return page.respond(request, "text/html", headers)
