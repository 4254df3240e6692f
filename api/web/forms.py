"""What people send with a form.

A form of a page is read by this alone; that it comes from a page of this server is checked before (`api.http.hosts`).
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, TypeVar
from urllib.parse import parse_qs

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from saywhy.errors import InvalidInput

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)

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


def choice_of(form: Form, name: str, choices: type[ChoiceT]) -> ChoiceT | None:
    """The choice in a field; None if it is empty. Raises `InvalidInput` for a value that is none of the choices."""
    value = value_of(form, name)
    if value and value not in set(choices):
        raise InvalidInput(f"{name} is {value[:40]!r}; it may be {', '.join(choices)}")
    return choices(value) if value else None


def chosen_of(form: Form, name: str, choices: type[ChoiceT]) -> ChoiceT:
    """The choice in a field. Raises `InvalidInput` if there is none of the choices."""
    if (choice := choice_of(form, name, choices)) is None:
        raise InvalidInput(f"{name} is empty; it may be {', '.join(choices)}")
    return choice


def number_of(form: Form, name: str) -> int:
    """The whole number in a field. Raises `InvalidInput` if there is none."""
    return _number(value_of(form, name), name)


def numbers_of(form: Form, name: str) -> list[int]:
    """The whole numbers in a field, none if it is empty. Raises `InvalidInput` for anything else."""
    return [_number(value, name) for value in form.get(name, [])]


def _number(value: str, name: str) -> int:
    value = value.strip()
    if not (value.isascii() and value.isdecimal() and len(value) < 19):
        raise InvalidInput(f"{name} is {value[:40]!r}, not a whole number")
    return int(value)


FormDep = Annotated[Form, Depends(read_form)]
