"""`/shared/{token}`: what a link shows to whoever has it, who need not sign in.

The page is a document by itself: it leads nowhere but to itself in other languages, and nothing keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.http import content_security
from api.http.dependencies import AccessPolicyDep, Resources, ResourcesDep
from api.web.addresses import root_of
from api.web.forms import FormDep, value_of
from api.web.language import LanguageDep
from api.web.page import Page
from api.web.rendering import render
from api.web.shared_view import selection_of
from api.web.shell import shell
from api.web.surveys import parsed
from api.web.texts import wording_in
from pipelines.render.document import build_document
from pipelines.render.document_context import LanguageLink
from pipelines.render.html import document_html
from pipelines.render.wording import LANGUAGE_NAMES
from saywhy.errors import LinkEnded, LinkNotFound, TooManyRequests
from saywhy.shared_link import SharedLink
from service.handling import causes_aside
from service.reports.reading import StoredReport
from service.shared_links import open_link, unlock

router = APIRouter(include_in_schema=False)

#: The cookie that proves that a password was given; it is sent to the path of its link alone.
COOKIE = "saywhy_shared"

#: Seconds after which the password is asked for again.
_UNLOCKED = 12 * 3600

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Vary": "Accept-Language, Cookie",
}

Token = Annotated[str, Path(description="The secret part of the address.")]


@dataclass(frozen=True, slots=True)
class SharedNotice:
    """Instead of what a link shares: why there is nothing, or the form for its password."""

    title: str
    advice: str
    wants_password: bool
    refusal: str


NOTICE = Page("shared", SharedNotice)


@router.get("/shared/{token}")
def show(token: Token, request: Request, resources: ResourcesDep, language: LanguageDep) -> Response:
    """What the link shows of the latest report; 404 for one that never was, 410 for one that has ended."""
    try:
        opened = open_link(resources.engine, token, request.cookies.get(COOKIE))
    except (LinkNotFound, LinkEnded) as error:
        return _refusal(request, language, error)
    if opened.stored is None:
        return _notice(request, language, "password", HTTPStatus.OK)
    page = _document(resources, opened.link, opened.stored, language)
    return HTMLResponse(page, headers={**_HEADERS, "Content-Security-Policy": content_security.of_report(page)})


@router.post("/shared/{token}")
def give_password(
    token: Token,
    form: FormDep,
    request: Request,
    resources: ResourcesDep,
    access: AccessPolicyDep,
    language: LanguageDep,
) -> Response:
    """Check the password of the link, and lead to what it shows; or the form again, and why."""
    try:
        proof = unlock(resources.engine, token, value_of(form, "password"), address=access.address_of(request))
    except (LinkNotFound, LinkEnded) as error:
        return _refusal(request, language, error)
    except TooManyRequests as error:
        wait = {"Retry-After": str(error.retry_after)}
        return _notice(request, language, "password", HTTPStatus.TOO_MANY_REQUESTS, "shared.wait", wait)
    if proof is None:
        return _notice(request, language, "password", HTTPStatus.UNAUTHORIZED, "shared.wrong")
    path = f"{root_of(request)}/shared/{token}"
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER, _HEADERS)
    secure = access.is_https(request)
    response.set_cookie(COOKIE, proof, max_age=_UNLOCKED, path=path, secure=secure, httponly=True, samesite="lax")
    return response


def _document(resources: Resources, link: SharedLink, stored: StoredReport, language: str) -> str:
    code_frame, wording = resources.annotator.code_frame, wording_in(language)
    aside = causes_aside(resources.engine, link.workspace)
    banner = wording("shared.banner", name=link.created_by, day=wording.day(link.expires_at.date().isoformat()))
    links = tuple(
        LanguageLink(name, each, f"?language={each}", each == language) for each, name in LANGUAGE_NAMES.items()
    )

    def rendered() -> bytes:
        report = parsed(stored)
        selection = selection_of(link.view, report, code_frame, wording, aside)
        document = build_document(
            report, code_frame, wording, selection, with_quotes=link.with_quotes, banner=banner, languages=links
        )
        return document_html(document, wording).encode()

    key = (stored, "shared", language, link.id, repr(link.view), aside)
    return resources.renderings.get(key, rendered).content.decode()


def _refusal(request: Request, language: str, error: LinkNotFound | LinkEnded) -> Response:
    if isinstance(error, LinkNotFound):
        return _notice(request, language, "unknown", HTTPStatus.NOT_FOUND)
    return _notice(request, language, "ended", HTTPStatus.GONE)


def _notice(
    request: Request,
    language: str,
    kind: str,
    status: HTTPStatus,
    refusal: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    wording = wording_in(language)
    context = SharedNotice(
        title=wording[f"shared.title_{kind}"],
        advice=wording[f"shared.advice_{kind}"],
        wants_password=kind == "password",
        refusal=wording[refusal] if refusal else "",
    )
    content = render(NOTICE, context, shell(request, wording, (), NOTICE, context.title), wording)
    policy = {"Content-Security-Policy": content_security.of_app()}
    return HTMLResponse(content, status, {**_HEADERS, **policy, **(headers or {})})
