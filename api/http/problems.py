"""Errors as problem details (RFC 9457): the one place where the product's refusals meet HTTP."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.http.middleware import SECURITY_HEADERS
from saywhy import errors

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

#: The nearest class in an error's ancestry decides. 422 is for payloads that fail validation, and nothing else.
STATUS: dict[type[errors.SaywhyError], HTTPStatus] = {
    errors.InvalidInput: HTTPStatus.BAD_REQUEST,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NothingToAnalyse: HTTPStatus.CONFLICT,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.BundleDamaged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SaywhyError: HTTPStatus.BAD_REQUEST,
}


#: The names of RFC 9110 where Python's changed with its version: a problem's type must not.
_NAMES = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content too large"}


class InvalidField(BaseModel):
    """One thing that is wrong with the request."""

    detail: str = Field(description="What is wrong.", examples=["Input should be a valid string"])
    pointer: str | None = Field(
        default=None, description="Where in the body, as a JSON pointer.", examples=["#/comments/0/text"]
    )
    parameter: str | None = Field(
        default=None, description="Which path, query or header parameter.", examples=["language"]
    )


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(
        description="Names the kind of problem; does not change.", examples=["urn:saywhy:problem:wave-not-found"]
    )
    title: str = Field(description="The kind of problem, for people.", examples=["Wave not found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What happened this time.", examples=["There is no report for that wave."])
    instance: str = Field(description="The path that was asked for.", examples=["/v1/reports/2031-Q1"])
    errors: list[InvalidField] | None = Field(
        default=None, description="Every invalid field, where the request is invalid."
    )


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem."""
    app.add_exception_handler(errors.SaywhyError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses; of the application without any."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if not statuses:
        return {"default": {"description": "Any error", "content": content}}
    return {int(status): {"description": status.phrase, "content": content} for status in statuses}


def schemas() -> dict[str, Any]:
    """The component schemas that `documented` refers to."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.SaywhyError)
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    detail = error.detail
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # Where the database is and what it said is for whoever runs the server.
        log.error("%s: %s", request.url.path, detail)
        detail = type(error)().detail
    title = " ".join(re.findall("[A-Z][a-z]*", type(error).__name__)).capitalize()
    return _respond(request, status, title=title, detail=detail)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        detail = f"The body is not JSON: {first['ctx']['error']} at character {first['loc'][-1]}."
        return _respond(request, HTTPStatus.BAD_REQUEST, title="Malformed JSON", detail=detail)
    if first["loc"] == ("body",) and isinstance(error.body, bytes):
        # FastAPI leaves a body of another media type unparsed and then calls it an invalid object.
        detail = "Send the body as JSON, with the header `Content-Type: application/json`."
        return _respond(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail=detail)
    fields = [_field(fault["loc"], fault["msg"]) for fault in error.errors()]
    return _respond(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        title="Invalid request",
        detail=f"The request is invalid in {len(fields)} place{'s' if len(fields) > 1 else ''}; see `errors`.",
        fields=fields,
    )


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = error.detail if error.detail != status.phrase else status.description
    return _respond(request, status, title=_NAMES.get(status), detail=detail or status.phrase, headers=error.headers)


async def _unexpected(request: Request, _: Exception) -> JSONResponse:
    # The server logs the traceback; the caller learns nothing from it. This answer leaves outside of all middleware.
    return _respond(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        detail="Something went wrong on our side. It has been logged.",
        headers=SECURITY_HEADERS,
    )


def _respond(
    request: Request,
    status: HTTPStatus,
    *,
    detail: str,
    title: str | None = None,
    fields: Sequence[InvalidField] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    title = title or status.phrase.capitalize()
    problem = Problem(
        type=f"urn:saywhy:problem:{title.lower().replace(' ', '-')}",
        title=title,
        status=status,
        detail=detail,
        instance=request.url.path,
        errors=list(fields) if fields else None,
    )
    return JSONResponse(problem.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def _field(location: Iterable[str | int], message: str) -> InvalidField:
    where, *path = location
    if where == "body":
        return InvalidField(detail=message, pointer="#" + "".join(f"/{_escape(str(step))}" for step in path))
    return InvalidField(detail=message, parameter=str(path[0]) if path else str(where))


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
