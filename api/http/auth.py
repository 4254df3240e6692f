"""Who makes a request, and what its route asks for.

`Authenticate` finds out who it is, before the body is read. Every route under `/v1` and every page says which scope it
needs by the type of its resources, `ReadAccess`, `WriteAccess`, `ClassifyAccess` or `AdminAccess`: those of the
workspace of whoever asks. What asks for none is in `PUBLIC`, and what is signed instead in `SIGNED`.
"""

from __future__ import annotations

import asyncio
import base64
import time
from functools import partial
from http import HTTPStatus
from typing import Annotated, cast
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer, SecurityScopes
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from api.http.access_policy import AccessPolicy
from api.http.dependencies import Resources, get_resources
from api.http.worker_slots import MAX_WAIT, in_slot
from saywhy import access
from saywhy.access import Principal
from saywhy.errors import Forbidden, SaywhyError, ServerBusy, TooManyRequests, Unauthenticated
from saywhy.source import SourceKind
from service.access import VALID_SECONDS, WINDOW, Admission, Credential, admit, local_principal, refuse_protected

#: What nobody must sign in for: health, metrics, signing in, how pages look, what a link shares, the reference of the
#: interface. A slash ends a folder.
PUBLIC = (
    "GET /health/",
    "GET /metrics",
    "POST /v1/session",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/oidc",
    "GET /sign-in/oidc/callback",
    "POST /preferences",
    "GET /static/",
    "GET /shared/",
    "POST /shared/",
    "GET /docs",
    "GET /docs/assets/",
    "GET /openapi.json",
)

#: What a survey tool signs with the secret of its source, which the route checks (`service.sources.receiving`), and
#: how SurveyMonkey asks whether there is such a source.
SIGNED = (*(f"POST /v1/webhooks/{kind}/" for kind in SourceKind), f"HEAD /v1/webhooks/{SourceKind.SURVEYMONKEY}/")

#: What a tool asks for that can send no bearer key, but a user and a password (RFC 7617).
BASIC = "/label-studio/"

COOKIE = "saywhy_session"

#: Credentials that a server remembers before it forgets those that were not used for a while.
_REMEMBERED = 1000

# Only for the OpenAPI document: `Authenticate` has read both already.
_BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="An API key: `Authorization: Bearer saywhy_…`.")
_SESSION = APIKeyCookie(
    name=COOKIE, auto_error=False, scheme_name="session", description="The cookie that `POST /v1/session` sets."
)


class Authenticate:
    """Puts the principal of each request into its state, and refuses requests that have none, or too many.

    A request without credentials is whoever is on this machine, while there are neither keys nor people.
    """

    def __init__(self, app: ASGIApp, policy: AccessPolicy) -> None:
        self.app = app
        self.policy = policy
        self.admitted: dict[Credential, _Admitted] = {}
        self.local_until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_public(scope["method"], _path(scope)):
            await self.app(scope, receive, send)
            return
        request, headers = Request(scope), dict[str, str]()

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        try:
            scope["state"]["principal"] = await self._principal(request, headers)
        except SaywhyError as error:
            refusal: Response = problems.refusal(request, error)
            if isinstance(error, Unauthenticated) and problems.is_for_a_page(request):
                refusal = _to_sign_in(request, refusal)
            await refusal(scope, receive, send_with_limits)
            return
        await self.app(scope, receive, send_with_limits)

    async def _principal(self, request: Request, headers: dict[str, str]) -> Principal:
        """Who makes the request; `headers` get the rate limit. Raises what `service.access.admit` raises."""
        resources: Resources = request.scope["state"]["resources"]
        credential = self._credential(request)
        if credential is None:
            return await self._local_principal(request, resources)
        if len(self.admitted) > _REMEMBERED:
            self.admitted = {key: one for key, one in self.admitted.items() if one.valid_until > time.monotonic()}
        admitted, limit = self.admitted.setdefault(credential, _Admitted()), self.policy.rate_limit
        try:
            return await admitted.admit(request, credential, limit)
        except (Unauthenticated, Forbidden):
            self.admitted.pop(credential, None)
            raise
        finally:
            headers.update(admitted.headers(limit))

    async def _local_principal(self, request: Request, resources: Resources) -> Principal:
        """Whoever is on this machine. Raises `Unauthenticated` if there are others, or keys, or people."""
        if not self.policy.is_local or self.policy.trusted_proxies:
            raise Unauthenticated
        if time.monotonic() >= self.local_until:
            await in_slot(request, refuse_protected, resources.engine)
            self.local_until = time.monotonic() + VALID_SECONDS
        return local_principal(resources.workspace)

    def _credential(self, request: Request) -> Credential | None:
        """What the request brings: a key, else the header of a trusted proxy, else a session.

        Raises `Unauthenticated` for an `Authorization` that is no bearer key, and for a header that occurs twice. On
        the paths of `BASIC`, a key may be the password of HTTP Basic.
        """
        if authorization := request.headers.getlist("authorization"):
            scheme, _, secret = authorization[0].partition(" ")
            if scheme.lower() == "basic" and _path(request.scope).startswith(BASIC):
                scheme, secret = "bearer", _password(secret)
            if len(authorization) > 1 or scheme.lower() != "bearer" or not secret.strip():
                raise Unauthenticated
            return Credential("key", secret.strip())
        if self.policy.user_header and self.policy.is_from_proxy(request):
            names = request.headers.getlist(self.policy.user_header)
            if len(names) > 1:
                raise Unauthenticated(f"the header {self.policy.user_header} occurs more than once")
            if names and names[0].strip():
                return Credential("proxy", names[0].strip())
        token = session_token(request)
        return None if token is None else Credential("session", token)


class _Admitted:
    """What a server remembers of one credential for a few seconds: whose it is, and the requests that it may make."""

    def __init__(self) -> None:
        self.admission: Admission | None = None
        self.valid_until = 0.0
        self.unused = 0
        self.lock = asyncio.Lock()

    async def admit(self, request: Request, credential: Credential, limit: int) -> Principal:
        """The principal, for one more request.

        Raises what `service.access.admit` raises, `TooManyRequests`, and `ServerBusy` if there is no time for it.
        """
        try:
            async with asyncio.timeout(MAX_WAIT):  # not one after another: each request waits so long at most
                await self.lock.acquire()
        except TimeoutError:
            raise ServerBusy from None
        try:
            admission = self.admission
            if admission is None or admission.ends_at <= time.time():
                self.unused = 0
            may_take = admission is None or admission.ends_at <= time.time() or (not self.unused and admission.left)
            if time.monotonic() >= self.valid_until or (limit and may_take):
                look_up = partial(admit, has_unused=self.unused > 0)
                admission = await in_slot(request, look_up, request.state.resources.engine, credential, limit)
                self.admission, self.unused = admission, self.unused + admission.granted
                self.valid_until = time.monotonic() + VALID_SECONDS
            assert admission is not None
            if limit:
                if not self.unused:
                    wait = max(1, admission.ends_at - int(time.time()))
                    raise TooManyRequests(f"more than {limit} requests in a minute; wait {wait} s", retry_after=wait)
                self.unused -= 1
            return admission.principal
        finally:
            self.lock.release()

    def headers(self, limit: int) -> dict[str, str]:
        """How much of the limit is left, for clients that pace themselves."""
        if not limit or self.admission is None:
            return {}
        return {
            "RateLimit-Limit": str(limit),
            "RateLimit-Policy": f"{limit};w={WINDOW}",
            "RateLimit-Remaining": str(self.admission.left + self.unused),
            "RateLimit-Reset": str(max(0, self.admission.ends_at - int(time.time()))),
        }


def _to_sign_in(request: Request, refusal: Response) -> Response:
    """Lets the browser ask for the page on which people sign in, which leads back; else the refusal.

    What was sent with a form is not sent again, so that who sent it gets the refusal.
    """
    root, query = request.scope.get("root_path", "").rstrip("/"), request.url.query
    back = _path(request.scope) + (f"?{query}" if query else "")
    if "hx-request" in request.headers:  # a part of a page: the page on which it would be is left
        page = urlsplit(request.headers.get("hx-current-url", ""))
        back = page.path.removeprefix(root) + (f"?{page.query}" if page.query else "")
        refusal.headers["HX-Redirect"] = f"{root}/sign-in?{urlencode({'next': back or '/'})}"
        return refusal
    if request.method != "GET":
        return refusal
    return RedirectResponse(f"{root}/sign-in?{urlencode({'next': back})}", HTTPStatus.SEE_OTHER)


def _password(credentials: str) -> str:
    """The password of HTTP Basic credentials; empty if these are none. The user may be any."""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def session_token(request: Request) -> str | None:
    """The token in the session cookie."""
    return request.cookies.get(COOKIE)


def is_public(method: str, path: str) -> bool:
    """Whether nobody must sign in for a path, be it that the request itself is signed."""
    asked = f"{method} {path}"
    return any(asked == public or (public.endswith("/") and asked.startswith(public)) for public in (*PUBLIC, *SIGNED))


async def get_principal(request: Request) -> Principal:
    """Who makes the request. Raises `Unauthenticated` on a public path, which asks for nobody."""
    principal = request.scope["state"].get("principal")
    if principal is None:
        raise Unauthenticated
    return cast(Principal, principal)


PrincipalDep = Annotated[Principal, Depends(get_principal)]


async def _authorised(
    needed: SecurityScopes,
    request: Request,
    _key: Annotated[object, Security(_BEARER)],
    _session: Annotated[object, Security(_SESSION)],
) -> Resources:
    """The resources of the principal's workspace. Raises `Forbidden` if it lacks a scope of the route."""
    require(await get_principal(request), *map(access.Scope, needed.scopes))
    return await get_resources(request)


def require(principal: Principal, *scopes: access.Scope) -> None:
    """Raise `Forbidden` unless the principal has all of the scopes."""
    if missing := sorted(set(scopes) - principal.scopes):
        raise Forbidden(f"this needs the scope {' and '.join(missing)}, which {principal.name!r} does not have")


ReadAccess = Annotated[Resources, Security(_authorised, scopes=[access.Scope.READ])]
WriteAccess = Annotated[Resources, Security(_authorised, scopes=[access.Scope.WRITE])]
ClassifyAccess = Annotated[Resources, Security(_authorised, scopes=[access.Scope.CLASSIFY])]
AdminAccess = Annotated[Resources, Security(_authorised, scopes=[access.Scope.ADMIN])]
#: For what everybody may do who is anybody.
AnyAccess = Annotated[Resources, Security(_authorised)]


async def may_read_personal_data(principal: PrincipalDep) -> bool:
    """Whether whoever asks may read names, addresses and what is masked in comments."""
    return access.Scope.PII in principal.scopes


PersonalDataDep = Annotated[bool, Depends(may_read_personal_data)]


def _path(scope: Scope) -> str:
    """The path below the folder that a proxy serves."""
    return str(scope["path"]).removeprefix(scope.get("root_path", "").rstrip("/"))
