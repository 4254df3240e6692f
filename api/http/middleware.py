"""What holds for every request and every response, whatever the route."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Bytes of a request body: 256 comments of 10,000 characters fit in nearly every script.
MAX_BODY = 8 * 1024 * 1024

#: A route that serves a page widens the policy for what that page contains, and for nothing else.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """Give every response the security headers that it does not set itself."""

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
    """Refuse a body over `MAX_BODY` bytes as soon as that is known: by its declared length, else while reading.

    It raises where the body is read, inside the exception handlers, so that the answer is a problem like any other.
    (FastAPI's own `max_body_size` answers in plain text.)
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        seen = int(declared) if declared.isdecimal() else 0
        read = 0

        async def receive_limited() -> Message:
            nonlocal read
            if seen <= MAX_BODY:
                message = await receive()
                read += len(message.get("body", b""))
            if max(seen, read) > MAX_BODY:
                detail = f"The body is larger than {MAX_BODY // 1024**2} MiB; send fewer comments at a time."
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
            return message

        await self.app(scope, receive_limited, send)
