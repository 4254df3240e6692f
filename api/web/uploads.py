"""Files that people send with a form: they are written to disk as they come."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from http import HTTPStatus

import anyio
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from api.http.middleware import BODY_TIMEOUT
from saywhy.errors import InvalidInput, StoreUnavailable
from service.files import JobFiles, save

#: Of the boundaries and headers around the file, in bytes.
_FRAME = 10_000


async def upload_of_form(request: Request, files: JobFiles, limit: int) -> tuple[str, str]:
    """Write the file in the field `file` of a form to an upload of at most `limit` bytes: its key, and its name.

    Raises `HTTPException` (411, 413, 415, 408 if nothing arrives for a minute, and 400 if the client goes away),
    `InvalidInput` without a file, and `StoreUnavailable` if the disk is full.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the file with a form, as multipart/form-data.")
    declared = request.headers.get("content-length", "")
    if not declared.isdecimal():
        raise HTTPException(HTTPStatus.LENGTH_REQUIRED, "Say how long the form is (Content-Length).")
    if int(declared) > limit + _FRAME:
        detail = f"The file is larger than {limit / 1024**2:g} MiB; split it, or import it by the command line."
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
    try:
        form = await MultiPartParser(request.headers, _chunks(request), max_files=1, max_fields=5).parse()
    except MultiPartException as error:
        raise InvalidInput(f"the form cannot be read: {error.message}") from None
    except TimeoutError:
        detail = f"Nothing of the body arrived in {BODY_TIMEOUT} seconds."
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail) from None
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body ended before it was complete.") from None
    try:
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise InvalidInput("no file was chosen")
        if not sent.size:
            raise InvalidInput("the file is empty")
        return await run_sync(_keep, sent, files), sent.filename
    finally:
        await form.close()


async def _chunks(request: Request) -> AsyncGenerator[bytes, None]:
    """The body, as long as it keeps coming. Raises `TimeoutError`."""
    chunks = aiter(request.stream())
    while True:
        with anyio.fail_after(BODY_TIMEOUT):
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        yield chunk


def _keep(sent: UploadFile, files: JobFiles) -> str:
    """Copy a file that was sent to an upload; the key of the upload."""
    try:
        key, path = files.new_upload(sent.filename or "upload")
        try:
            with path.open("wb") as target:
                shutil.copyfileobj(sent.file, target, 1024**2)
            save(path)
        except BaseException:
            files.delete_upload(key)
            raise
    except OSError as error:
        raise StoreUnavailable(f"{files.root}: {error.strerror or error}") from None
    return key
