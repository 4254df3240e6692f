"""What people send with a form.

A form of a page is read by this alone; that it comes from a page of this server is checked before (`api.http.hosts`).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

_FORM = "application/x-www-form-urlencoded"
_LARGEST = 65_536  # bytes

#: The fields of a form; one that is there several times has several values.
Form = dict[str, list[str]]


async def read_form(request: Request) -> Form:
    """The fields of the form that have a value. Raises an HTTP error (415, 413) for a body that no such form sends."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send the fields of the form as {_FORM}.")
    body = await request.body()
    if len(body) > _LARGEST:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The form is larger than 64 KiB.")
    return parse_qs(body.decode("ascii", "replace"))


def value_of(form: Form, name: str) -> str:
    """The first value of a field; empty if it has none."""
    return form.get(name, [""])[0]


FormDep = Annotated[Form, Depends(read_form)]
