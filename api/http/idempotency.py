"""The header `Idempotency-Key`: a request that is repeated with it gets the first answer and changes nothing more."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from service.idempotency import RequestKey

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Your name for this request, e.g. a UUID. Repeated with the same key within two days, it gets the "
        "first answer and changes nothing more.",
        examples=["5f0c7e2a-8f0b-4c1e-9d55-2f4b1f0c7a11"],
    ),
]


async def _request_key(request: Request, key: IdempotencyKey = None) -> RequestKey | None:
    return None if key is None else key_of(request, key, await request.body())


def key_of(request: Request, key: str, content: bytes) -> RequestKey:
    """The key of a request with this content, which is its body or stands for it."""
    asked_for = f"{request.method} {request.url.path}?{request.url.query}\0"
    return RequestKey(key, asked_for.encode() + content)


RequestKeyDep = Annotated[RequestKey | None, Depends(_request_key)]
