"""The report page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import HTMLResponse

from api.http import content_security, problems
from api.http.accept_language import preferred_language
from api.http.dependencies import Opened, Snapshot
from api.v1.reports import Wave
from pipelines.render import start_page, to_html
from saywhy.store import reports as stored
from saywhy.store import responses, runs

router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)

BAD_LANGUAGE = problems.documented(HTTPStatus.BAD_REQUEST)
ERRORS = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)

Chosen = Annotated[
    str | None,
    Query(description="Language of the page: `en`, `de`, `zh-Hans` or `zh-Hant`; if left out, the browser's."),
]
Accepted = Annotated[str, Header(include_in_schema=False)]


@router.get("/", summary="The report page of everything", responses=BAD_LANGUAGE)
def show_all(
    opened: Opened, connection: Snapshot, language: Chosen = None, accept_language: Accepted = ""
) -> HTMLResponse:
    """The ranking of what costs NPS points over all waves, as one self-contained page.

    Where nothing has been analysed yet, a page that says what to do.
    """
    if stored.find(connection, opened.workspace, "all") is None:
        return _show_start(opened, connection, language or preferred_language(accept_language))
    return show_report("all", opened, connection, language, accept_language)


@router.get("/reports/{wave:path}", summary="The report page of a wave", responses=ERRORS)
def show_report(
    wave: Wave, opened: Opened, connection: Snapshot, language: Chosen = None, accept_language: Accepted = ""
) -> HTMLResponse:
    """The ranking of what costs NPS points in one wave, as one self-contained page."""
    report = stored.latest(connection, opened.workspace, wave)
    page = to_html(report, opened.annotator.code_frame, language=language or preferred_language(accept_language))
    return _page(page)


def _show_start(opened: Opened, connection: Snapshot, language: str) -> HTMLResponse:
    run = runs.latest(connection, opened.workspace)
    is_analysing = run is not None and not run.state.is_terminal
    count = responses.count(connection, opened.workspace)
    return _page(start_page(count, is_analysing=is_analysing, language=language))


def _page(page: str) -> HTMLResponse:
    headers = {
        "Content-Security-Policy": content_security.of_report(page),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(page, headers=headers)
