"""`/sign-in`: the form by which people sign in, to which pages lead whoever has not; `/sign-out`."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from api.http import content_security
from api.http.auth import AnyAccess
from api.http.dependencies import AccessPolicyDep, ResourcesDep
from api.v1.session import end_session, open_session
from api.web.addresses import Next, path_to
from api.web.forms import FormDep, value_of
from api.web.language import LanguageDep
from pipelines.render import SignInRefusal, sign_in_page
from saywhy.errors import TooManyRequests, Unauthenticated

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def show_form(request: Request, language: LanguageDep, back: Next = "/") -> HTMLResponse:
    """The form, in the language of the reader, and a link to the provider if there is one."""
    return show_form_again(request, back, language)


@router.post("/sign-in")
def sign_in(
    form: FormDep,
    request: Request,
    resources: ResourcesDep,
    access: AccessPolicyDep,
    language: LanguageDep,
    back: Next = "/",
) -> Response:
    """Open a session and lead back to the page; or the form again, and why."""
    response = RedirectResponse(path_to(request, back), HTTPStatus.SEE_OTHER)
    try:
        open_session(value_of(form, "name"), value_of(form, "password"), request, response, resources, access)
    except Unauthenticated:
        return show_form_again(request, back, language, "sign_in.wrong", HTTPStatus.UNAUTHORIZED)
    except TooManyRequests:
        return show_form_again(request, back, language, "sign_in.wait", HTTPStatus.TOO_MANY_REQUESTS)
    return response


@router.post("/sign-out")
def sign_out(request: Request, resources: AnyAccess) -> Response:
    """End the session, and lead to the form."""
    response = RedirectResponse(path_to(request, "/sign-in"), HTTPStatus.SEE_OTHER)
    end_session(request, response, resources)
    return response


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
