"""Middleware that gives each request an id, logs it, and counts it, without anything that identifies a person."""

from __future__ import annotations

import time
from http import HTTPMethod, HTTPStatus
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import Metrics

log = structlog.get_logger("api.requests")

REQUEST_ID = "X-Request-ID"

_METHODS = frozenset(HTTPMethod)


class Observation:
    """Logs and counts each request when it has been answered. The id is ours: one that is sent could name a person."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope["request_id"] = uuid4().hex
        started = time.perf_counter()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        error: BaseException | None = None
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            self.metrics.in_progress.track_inprogress(),
        ):
            try:
                await self.app(scope, receive, send_with_id)
            except BaseException as raised:
                error = raised
                raise
            finally:
                seconds = time.perf_counter() - started
                method = method_of(scope)
                route = route_of(scope)
                self.metrics.observe(method, route, status, seconds)
                log.log(
                    40 if error else 20,
                    "request",
                    method=method,
                    route=route,
                    status=status,
                    milliseconds=round(1000 * seconds, 1),
                    **({"exc_info": error} if error else {}),
                )


def method_of(scope: Scope) -> str:
    """The method of the request, `other` for one that HTTP does not have."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def route_of(scope: Scope) -> str:
    """The template of the route (`/v1/reports/{wave}`), never the path, which may contain ids and names."""
    return getattr(scope.get("route"), "path", None) or "unmatched"
