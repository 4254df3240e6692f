"""Errors as pages: what `api.http.problems` says, in words for people and in their language.

Where htmx asked for a part of a page, the page stays as it is, and its place for notices says what went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from api.http import content_security
from api.http.problems import RefusedPage
from api.web.addresses import here, root_of, with_query
from api.web.language import language_of
from api.web.page import Page
from api.web.rendering import VARY, environment, render
from api.web.shell import shell
from api.web.texts import wording_in

#: Errors that have words of their own; another one has those of 400 or 500.
_WORDED = (400, 401, 403, 404, 409, 413, 429, 500, 503)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What went wrong and what to do. `detail` is what programs get to read, in English.

    `back` leads to what may help: to the same address, to signing in, or to the start.
    """

    status: str
    title: str
    advice: str
    detail: str
    back: str
    back_label: str


PAGE = Page("error", ErrorPage)


def error_page(request: Request, refused: RefusedPage) -> Response:
    """The page of an error, or a notice for the page from which htmx asked. Neither needs the store."""
    wording = wording_in(language_of(request))
    status = refused.status if refused.status in _WORDED else 500 if refused.status >= 500 else 400
    back, back_label = _way_out(request, refused.status)
    context = ErrorPage(
        status=str(int(refused.status)),
        title=wording[f"error.title_{status}"],
        advice=wording[f"error.advice_{status}"],
        detail=refused.detail,
        back=back,
        back_label=wording[back_label],
    )
    headers = {
        **(refused.headers or {}),
        "Content-Security-Policy": content_security.of_app(),
        "Cache-Control": "no-store",
        "Vary": VARY,
    }
    if "hx-request" in request.headers:
        headers |= {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"}
        content = environment().get_template("notice.html.j2").render(page=context, wording=wording)
    else:
        principal = getattr(request.state, "principal", None)
        frame = shell(request, wording, request.app.state.pages, PAGE, context.title, principal)
        content = render(PAGE, context, frame, wording)
    return HTMLResponse(content, refused.status, headers)


def _way_out(request: Request, status: HTTPStatus) -> tuple[str, str]:
    """Where a link leads, and the key of what it says."""
    root = root_of(request)
    if status == HTTPStatus.UNAUTHORIZED:
        return with_query(
            f"{root}/sign-in", {"next": here(request) if request.method == "GET" else None}
        ), "error.sign_in"
    may_help = status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    if may_help and request.method == "GET" and "hx-request" not in request.headers:
        return root + here(request), "error.again"
    return f"{root}/", "error.home"
