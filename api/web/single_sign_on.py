"""`/sign-in/oidc`: people sign in with a provider of OpenID Connect, which leads them back here."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from api.http.dependencies import AccessPolicyDep, ResourcesDep
from api.http.worker_slots import in_slot
from api.v1.session import set_session
from api.web.addresses import Next, path_to
from api.web.language import LanguageDep
from api.web.sign_in import show_form_again
from saywhy.access import Role
from saywhy.errors import Forbidden, InvalidInput, NotFound, TooManyRequests, Unauthenticated
from saywhy.settings import Settings
from service import people
from service.single_sign_on import Attempt, Provider, ProviderOptions

log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

COOKIE = "saywhy_sign_in"

#: Seconds that people have at the provider.
_PATIENCE = 600

#: Threads that may wait for the provider.
ASKING = 4

T = TypeVar("T")


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name, if any. Raises `InvalidInput` for settings that cannot be."""
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_id is None:
        raise InvalidInput("SAYWHY_OIDC_ISSUER needs SAYWHY_OIDC_CLIENT_ID")
    roles = {}
    for pair in filter(None, (settings.oidc_roles or "").split(",")):
        value, _, role = pair.rpartition("=")
        if not value.strip() or role.strip() not in list(Role):
            raise InvalidInput("SAYWHY_OIDC_ROLES looks like nps-admins=admin,staff=viewer")
        roles[value.strip()] = Role(role.strip())
    secret = settings.oidc_client_secret
    domains = (settings.oidc_domains or "").split(",")
    options = ProviderOptions(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        name_claim=settings.oidc_name_claim,
        role_claim=settings.oidc_role_claim,
        roles=roles,
        domains=frozenset(domain.strip().lower() for domain in domains if domain.strip()),
    )
    return Provider(options)


@router.get("/sign-in/oidc")
async def begin(
    request: Request,
    access: AccessPolicyDep,
    language: LanguageDep,
    back: Next = "/",
) -> Response:
    """Lead to the provider, and let the browser keep what proves that it was the one that began."""
    attempt = Attempt()
    try:
        address = await _ask(request, _provider(request).address, attempt, _callback(request, access.is_https(request)))
    except Unauthenticated as error:
        return _refuse(request, back, error, language)
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    kept = json.dumps([attempt.state, attempt.nonce, attempt.verifier, back])
    _set_cookie(response, urlsafe_b64encode(kept.encode()).decode(), _PATIENCE, is_https=access.is_https(request))
    return response


@router.get("/sign-in/oidc/callback")
async def finish(
    request: Request,
    resources: ResourcesDep,
    access: AccessPolicyDep,
    reader: LanguageDep,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=5000)] = "",
) -> Response:
    """Open a session for whom the provider names, and lead back to the page; or the form again, and why."""
    is_https, back = access.is_https(request), "/"
    try:
        attempt, back = _attempt(request)
        await in_slot(request, people.count_attempt, resources.engine, access.address_of(request))
        if not code:
            raise Unauthenticated("the provider gave no code")
        asked = (attempt, state, code, _callback(request, is_https))
        identity = await _ask(request, _provider(request).identify, *asked)
        enter = partial(people.sign_in_identified, hours=access.session_hours)
        person, token = await in_slot(
            request, enter, resources.engine, resources.workspace, identity.name, identity.role
        )
    except (Unauthenticated, Forbidden, TooManyRequests) as error:
        response = _refuse(request, back, error, reader)
    else:
        log.info("somebody signed in with the provider, as %s", person.role.value)
        response = RedirectResponse(path_to(request, back), HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
        set_session(response, token, access, is_https=is_https)
    _set_cookie(response, "", 0, is_https=is_https)
    return response


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound("people do not sign in with a provider here")
    return provider


async def _ask(request: Request, function: Callable[..., T], *arguments: object) -> T:
    """Ask the provider in one of few threads, so that nobody else waits for it."""
    return await to_thread.run_sync(partial(function, *arguments), limiter=request.app.state.asking)


def _callback(request: Request, is_https: bool) -> str:
    root = request.scope.get("root_path", "").rstrip("/")
    return f"{'https' if is_https else 'http'}://{request.headers['host']}{root}/sign-in/oidc/callback"


def _attempt(request: Request) -> tuple[Attempt, str]:
    """What the browser kept, and where it wants to. Raises `Unauthenticated` if it has not begun."""
    try:
        kept = json.loads(urlsafe_b64decode(request.cookies[COOKIE]))
        state, nonce, verifier, back = (str(value) for value in kept)
        "".join((state, nonce, verifier, back)).encode()  # JSON may hold half a character, which no address can
    except (KeyError, ValueError, TypeError, RecursionError):
        raise Unauthenticated("a browser that has not begun to sign in, or too long ago") from None
    return Attempt(state, nonce, verifier), back


def _refuse(
    request: Request, back: str, error: Unauthenticated | Forbidden | TooManyRequests, language: str
) -> Response:
    if isinstance(error, TooManyRequests):
        return show_form_again(request, back, language, "sign_in.wait", HTTPStatus.TOO_MANY_REQUESTS)
    log.warning("signing in with the provider failed: %s", error.detail)
    if isinstance(error, Forbidden):
        return show_form_again(request, back, language, "sign_in.unknown", HTTPStatus.FORBIDDEN)
    return show_form_again(request, back, language, "sign_in.unconfirmed", HTTPStatus.UNAUTHORIZED)


def _set_cookie(response: Response, value: str, seconds: int, *, is_https: bool) -> None:
    response.set_cookie(COOKIE, value, max_age=seconds, secure=is_https, httponly=True, samesite="lax")
