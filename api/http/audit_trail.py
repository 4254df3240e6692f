"""The audit log of what is written over HTTP: an entry before the response of each write that was done."""

from __future__ import annotations

import re
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from api.http.hosts import SAFE_METHODS
from api.http.worker_slots import in_slot
from saywhy.access import Principal
from saywhy.errors import SaywhyError
from service.audit_log import record

#: Writes only by their method: nothing is stored.
_STORES_NOTHING = (
    "/v1/classify",
    "/v1/classify/stream",
    "/label-studio/predict",
    "/label-studio/setup",
    "/code-frame-editor/check",
)

#: Routes whose path names a customer, which the log must not keep.
_NAMES_A_CUSTOMER = ("/v1/customers/{customer}", "/v1/follow-up/new-accounts/{account}")


_CONVERTOR = re.compile(r":\w+}")  # `{name:path}`


class AuditTrail:
    """Adds an entry for each write that succeeded. Who has got the response can rely on the entry."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get("state", {}).get("principal")
        if scope["type"] != "http" or principal is None or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        is_refused = False

        async def send_recorded(message: Message) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start" and _is_done(message["status"]):
                try:
                    await _record(Request(scope), principal, message["status"])
                except SaywhyError as error:  # what is not in the log must not look done
                    is_refused = True
                    await problems.refusal(Request(scope), error)(scope, receive, send)
            if not is_refused:
                await send(message)

        await self.app(scope, receive, send_recorded)


def _is_done(status: int) -> bool:
    """Whether the request was carried out: after a form, a page is led to (303)."""
    return status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.SEE_OTHER


async def _record(request: Request, principal: Principal, status: int) -> None:
    """Add the entry of a request that its route has answered. Raises `StoreUnavailable` and `ServerBusy`."""
    route = _CONVERTOR.sub("}", request.scope["route"].path)
    if route in _STORES_NOTHING:
        return
    target = None if route in _NAMES_A_CUSTOMER else ", ".join(map(str, request.path_params.values()))
    engine = request.state.resources.engine
    await in_slot(request, record, engine, principal, f"{request.method} {route}", target or None, status)
