"""The report page: self-contained, to be printed, sent and kept."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.http import content_security, problems
from api.http.auth import ReadAccess
from api.http.dependencies import Resources
from api.http.rendered import Rendering
from api.v1.reports import AgainstQuery, Wave, compared_report
from api.web.language import LanguageDep
from pipelines.render import to_html
from service.reports import reading
from service.reports.reading import StoredReport

router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)

ERRORS = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.get("/reports/{wave:path}", summary="The report page of a wave", responses=ERRORS)
def show_report(
    request: Request,
    wave: Wave,
    resources: ReadAccess,
    language: LanguageDep,
    against: AgainstQuery = None,
) -> Response:
    """The ranking of what costs NPS points in one wave, or in `all` waves, as one self-contained page."""
    stored = reading.read_stored(resources.engine, resources.workspace, wave)
    return _report_page(request, resources, stored, wave, against, language)


def _report_page(
    request: Request, resources: Resources, stored: StoredReport, wave: str, against: str | None, language: str
) -> Response:
    code_frame = resources.annotator.code_frame
    if against is not None:
        page = to_html(compared_report(resources, wave, against), code_frame, language=language)
        return _respond(request, Rendering.of(page.encode()))
    key = (stored, "page", language)
    return _respond(
        request,
        resources.renderings.get(key, lambda: to_html(stored.report(), code_frame, language=language).encode()),
    )


def _respond(request: Request, page: Rendering) -> Response:
    policy = content_security.of_report(page.content.decode())
    headers = {"Content-Security-Policy": policy, "Vary": "Accept-Language, Cookie"}
    return page.respond(request, "text/html", headers)
