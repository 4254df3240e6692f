"""`/sign-in`: the form by which people sign in, to which pages lead whoever has not."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.http import content_security
from api.http.accept_language import preferred_language
from api.http.dependencies import AccessPolicyDep, ResourcesDep
from api.v1.session import open_session
from api.web.report import AcceptLanguage, Language
from pipelines.render import SignInRefusal, sign_in_page
from saywhy.errors import TooManyRequests, Unauthenticated

router = APIRouter(include_in_schema=False)

_FORM = "application/x-www-form-urlencoded"
_LARGEST_FORM = 8192  # bytes

Next = Annotated[str, Query(alias="next", description="The path to which signing in leads.")]


@router.get("/sign-in")
def show_form(
    request: Request, back: Next = "/", language: Language = None, accept_language: AcceptLanguage = ""
) -> HTMLResponse:
    """The form, in the language of the browser, and a link to the provider if there is one."""
    return show_form_again(request, back, language or preferred_language(accept_language))


async def read_form(request: Request) -> dict[str, str]:
    """The fields of the form. Raises an HTTP error for a body that no such form sends."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Sign in with the form, or with `POST /v1/session`.")
    body = await request.body()
    if len(body) > _LARGEST_FORM:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is no name and password.")
    fields = parse_qs(body.decode("ascii", "replace"))
    return {name: values[0] for name, values in fields.items()}


@router.post("/sign-in")
def sign_in(
    form: Annotated[dict[str, str], Depends(read_form)],
    request: Request,
    resources: ResourcesDep,
    access: AccessPolicyDep,
    back: Next = "/",
    language: Language = None,
    accept_language: AcceptLanguage = "",
) -> Response:
    """Open a session and lead back to the page; or the form again, and why."""
    response = RedirectResponse(path_to(request, back), HTTPStatus.SEE_OTHER)
    try:
        open_session(form.get("name", ""), form.get("password", ""), request, response, resources, access)
    except Unauthenticated:
        return show_form_again(
            request, back, language or preferred_language(accept_language), "sign_in.wrong", HTTPStatus.UNAUTHORIZED
        )
    except TooManyRequests:
        return show_form_again(
            request, back, language or preferred_language(accept_language), "sign_in.wait", HTTPStatus.TOO_MANY_REQUESTS
        )
    return response


def path_to(request: Request, back: str) -> str:
    """The path that was wanted, if it is one of this server and not what browsers take for the address of another one,
    below the folder that a proxy serves; else the start page.
    """
    root = str(request.scope.get("root_path", "")).rstrip("/")
    is_path = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return root + (back if is_path else "/")


def show_form_again(
    request: Request,
    back: str,
    language: str,
    refusal: SignInRefusal | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    """The form, and why the last attempt was refused."""
    link = None
    if request.app.state.provider is not None:
        link = f"{path_to(request, '/sign-in/oidc')}?{urlencode({'next': back})}"
    page = sign_in_page(refusal, provider_link=link, language=language)
    headers = {"Content-Security-Policy": content_security.of_sign_in(page), "Cache-Control": "no-store"}
    return HTMLResponse(page, status, headers)
