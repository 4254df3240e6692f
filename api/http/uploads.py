"""Uploads: request bodies that are written to disk as they come, so that memory does not grow with them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import anyio
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http.middleware import BODY_TIMEOUT
from saywhy.errors import InvalidInput, StoreUnavailable
from service.files import JobFiles, save

#: What browsers let any page send to any server; a file is sent as something else, so that no page can do that.
SENT_BY_FORMS = ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded: its key in `JobFiles`, its path, and the SHA-256 of its content."""

    key: str
    path: Path
    digest: bytes


@asynccontextmanager
async def upload(request: Request, files: JobFiles, name: str, limit: int) -> AsyncIterator[Upload]:
    """Write the body of the request to a file of at most `limit` bytes, which is deleted if the block fails.

    Raises `HTTPException` (413, 415, 408 if nothing arrives for a minute, and 400 if the client goes away),
    `InvalidInput` for an empty body, and `StoreUnavailable` if the disk is full.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type or media_type in SENT_BY_FORMS:
        detail = "Send the file as the body, with its media type or `Content-Type: application/octet-stream`."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    try:
        key, path = await run_sync(files.new_upload, name)
        try:
            digest = await _write(request, path, limit)
            yield Upload(key, path, digest)
        except BaseException:
            files.delete_upload(key)
            raise
    except OSError as error:
        raise StoreUnavailable(f"{files.root}: {error.strerror or error}") from None


async def _write(request: Request, path: Path, limit: int) -> bytes:
    digest, size = hashlib.sha256(), 0
    try:
        async with await anyio.open_file(path, "wb") as file:
            chunks = aiter(request.stream())
            while True:
                with anyio.fail_after(BODY_TIMEOUT):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    break
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                digest.update(chunk)
                await file.write(chunk)
    except TimeoutError:
        detail = f"Nothing of the body arrived in {BODY_TIMEOUT} seconds."
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail) from None
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body ended before it was complete.") from None
    if not size:
        raise InvalidInput("the body is empty; send the file as the body")
    await run_sync(save, path)
    return digest.digest()


def _too_large(limit: int) -> HTTPException:
    detail = f"The file is larger than {limit / 1024**2:g} MiB; split it, or import it by the command line."
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
