"""The report page and its PDF: self-contained, to be printed, sent and kept."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.http import content_security, problems
from api.http.auth import ReadAccess
from api.http.dependencies import Resources
from api.http.rendered import Rendering
from api.v1.reports import AgainstQuery, Wave, compared_report
from api.web.language import LanguageDep
from pipelines.render import to_html
from pipelines.render.document import build_document
from pipelines.render.html import document_html
from pipelines.render.wording import Wording
from service.reports import reading
from service.reports.reading import StoredReport

router = APIRouter(tags=["pages"])

PDF = "application/pdf"

ERRORS = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.get(
    "/reports/{wave:path}.pdf",
    summary="The report of a wave as PDF",
    response_class=Response,
    responses={
        200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}, "description": "The file."},
        **problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
def show_pdf(request: Request, wave: Wave, resources: ReadAccess, language: LanguageDep) -> Response:
    """The report on A4 pages: the score, what stands out, the ranking, the waves, the leading causes with quotes.

    503 if the server has too many of them to make at the moment.
    """
    stored = reading.read_stored(resources.engine, resources.workspace, wave)
    code_frame, wording = resources.annotator.code_frame, Wording(language)

    def document() -> str:
        return document_html(build_document(stored.report(), code_frame, wording), wording)

    pdf = resources.pdfs.get((stored, language), document)
    name = quote(f"saywhy-{wave}.pdf", safe="", errors="replace")
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{name}", "Vary": "Accept-Language, Cookie"}
    return pdf.respond(request, PDF, headers)


@router.get(
    "/reports/{wave:path}",
    summary="The report page of a wave",
    response_class=HTMLResponse,
    responses=ERRORS,
)
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
