"""Middleware: security headers on every response, limits of size and time on every request body."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Largest request body in bytes: 256 comments of 10,000 characters fit in nearly every script.
MAX_BODY = 8 * 1024 * 1024

#: Seconds in which a body must have arrived.
BODY_TIMEOUT = 60

#: Routes that write the body to disk as it comes, and limit it themselves.
STREAMED = frozenset({"/v1/imports", "/v1/imports/preview", "/imports"})

#: Routes that serve pages replace the policy by one that allows what the page contains (`api.http.content_security`).
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """Adds the security headers that a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class LimitBody:
    """Refuses a body over `MAX_BODY` bytes, by its Content-Length header, or else while it is read, and a slow one.

    Those of `STREAMED` routes pass. The error is raised where the body is read, inside the exception handlers, so that
    the response is a problem document like any other. (FastAPI's own `max_body_size` answers in plain text.)
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in STREAMED:
            await self.app(scope, receive, send)
            return
        content_length = Headers(scope=scope).get("content-length", "")
        declared = int(content_length) if content_length.isdecimal() else 0
        received, is_complete = 0, False
        deadline = asyncio.get_running_loop().time() + BODY_TIMEOUT

        async def receive_limited() -> Message:
            nonlocal received, is_complete
            if declared > MAX_BODY:
                raise _too_large()
            if is_complete:  # from now on, the client going away
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                detail = f"The body did not arrive in {BODY_TIMEOUT} seconds."
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail, {"Connection": "close"}) from None
            received += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if received > MAX_BODY:
                raise _too_large()
            return message

        await self.app(scope, receive_limited, send)


def _too_large() -> HTTPException:
    detail = f"The body is larger than {MAX_BODY // 1024**2} MiB; send less at a time."
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
