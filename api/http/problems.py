"""Errors as problem details (RFC 9457): the only place that maps the product's errors to HTTP statuses."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.http.middleware import SECURITY_HEADERS
from api.http.observation import REQUEST_ID, route_of
from saywhy import errors
from saywhy.text import counted

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

#: The nearest base class of an error decides. 422 is only for payloads that fail validation.
STATUS: dict[type[errors.SaywhyError], HTTPStatus] = {
    errors.InvalidInput: HTTPStatus.BAD_REQUEST,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NothingToAnalyse: HTTPStatus.CONFLICT,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Expired: HTTPStatus.GONE,
    errors.KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.WrongHost: HTTPStatus.MISDIRECTED_REQUEST,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.BundleDamaged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ServerBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.NotInstalled: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SaywhyError: HTTPStatus.BAD_REQUEST,
}


#: Seconds after which a request that is answered with 503 should be sent again.
RETRY_AFTER = 2

#: Invalid places of a request that are listed; all are counted.
MAX_LISTED = 100

#: Titles by RFC 9110 where Python's phrases differ between versions: the type of a problem must not change.
_TITLES = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content too large"}


class InvalidField(BaseModel):
    """One invalid part of the request."""

    detail: str = Field(description="What is wrong.", examples=["Input should be a valid string"])
    pointer: str | None = Field(
        default=None, description="The place in the body, as a JSON pointer.", examples=["#/comments/0/text"]
    )
    parameter: str | None = Field(
        default=None, description="The path, query or header parameter.", examples=["language"]
    )


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(
        description="Identifies the kind of problem; does not change.", examples=["urn:saywhy:problem:wave-not-found"]
    )
    title: str = Field(description="The kind of problem, for people.", examples=["Wave not found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What happened in this case.", examples=["There is no report for that wave."])
    instance: str = Field(description="The requested path.", examples=["/v1/reports/2031-Q1"])
    errors: list[InvalidField] | None = Field(
        default=None, description="The invalid fields, the first 100, if the request is invalid."
    )


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """An error where a browser asked for a page."""

    status: HTTPStatus
    detail: str
    headers: Mapping[str, str] | None


#: Paths that are for programs, whatever they accept.
_FOR_PROGRAMS = ("/v1/", "/health/", "/metrics", "/openapi.json", "/static/", "/docs/assets/")


def is_for_a_page(request: Request) -> bool:
    """Whether a browser asks for a page, or for a part of one, without a key."""
    path = str(request.scope["path"]).removeprefix(request.scope.get("root_path", "").rstrip("/"))
    wants_html = "text/html" in request.headers.get("accept", "")
    return wants_html and not path.startswith(_FOR_PROGRAMS) and "authorization" not in request.headers


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document; with `app.state.error_page` where a page was wanted."""
    app.add_exception_handler(errors.SaywhyError, _on_product_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_bug)


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The `responses` argument of a route with these error statuses; without any, that of the application."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if not statuses:
        return {"default": {"description": "Any error", "content": content}}
    return {int(status): {"description": status.phrase, "content": content} for status in statuses}


def schemas() -> dict[str, Any]:
    """The component schemas that `documented` refers to."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


def refusal(request: Request, error: errors.SaywhyError) -> Response:
    """The problem document for an error of the product."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    detail = error.detail
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # The address of the database and its message are only for the log.
        log.error("%s: %s", route_of(request.scope), detail)
        detail = type(error)().detail
    title = " ".join(re.findall("[A-Z][a-z]*", type(error).__name__)).capitalize()
    return _respond(request, status, title=title, detail=detail, headers=_headers(error))


def _headers(error: errors.SaywhyError) -> dict[str, str]:
    """What the client is to do, where HTTP has a header for it."""
    if isinstance(error, errors.Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(error.retry_after)} if isinstance(error, errors.TooManyRequests) else {}


async def _on_product_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.SaywhyError)
    return refusal(request, error)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        detail = f"The body is not JSON: {first['ctx']['error']} at character {first['loc'][-1]}."
        return _respond(request, HTTPStatus.BAD_REQUEST, title="Malformed JSON", detail=detail)
    if first["loc"] == ("body",) and isinstance(error.body, bytes):
        # FastAPI does not parse a body of another media type and then reports it as an invalid object.
        detail = "Send the body as JSON, with the header `Content-Type: application/json`."
        return _respond(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail=detail)
    faults = error.errors()
    fields = [_field(fault, error.body) for fault in faults[:MAX_LISTED]]
    listed = "see `errors`" if len(faults) == len(fields) else f"the first {MAX_LISTED} are in `errors`"
    return _respond(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        title="Invalid request",
        detail=f"The request is invalid in {counted(len(faults), 'place')}; {listed}.",
        fields=fields,
    )


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = error.detail if error.detail != status.phrase else status.description
    return _respond(request, status, title=_TITLES.get(status), detail=detail or status.phrase, headers=error.headers)


async def _on_bug(request: Request, _: Exception) -> Response:
    # The server logs the traceback; the response does not contain it. No middleware adds headers to this response.
    return _respond(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        detail="Something went wrong on our side. It has been logged.",
        headers={**SECURITY_HEADERS, REQUEST_ID: request.scope["request_id"]},
    )


def _respond(
    request: Request,
    status: HTTPStatus,
    *,
    detail: str,
    title: str | None = None,
    fields: Sequence[InvalidField] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"Retry-After": str(RETRY_AFTER), **(headers or {})}
    error_page = getattr(request.app.state, "error_page", None)
    if error_page is not None and is_for_a_page(request):
        shown: Response = error_page(request, RefusedPage(status, _short(detail, 4000), headers))
        return shown
    title = title or status.phrase.capitalize()
    problem: dict[str, Any] = {
        "type": f"urn:saywhy:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": _short(detail, 4000),
        "instance": _short(request.url.path, 1000),
    }
    if fields:
        problem["errors"] = [field.model_dump(exclude_none=True) for field in fields]
    # An unpaired surrogate, from the name of a member, say, is escaped as in the JSON that was sent.
    content = json.dumps(problem, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(content, status, headers, MEDIA_TYPE)


def _field(fault: Mapping[str, Any], body: Any) -> InvalidField:
    source, *path = fault["loc"]
    if source == "body":
        return invalid_field(places(path, body, fault["type"]), fault["msg"])
    return InvalidField(detail=fault["msg"], parameter=str(path[0]) if path else str(source))


def invalid_field(path: Iterable[str | int], message: str, parent: str = "#") -> InvalidField:
    """What is wrong at the path from the pointer `parent` on."""
    pointer = parent + "".join(f"/{_escape(str(token))}" for token in path)
    return InvalidField(detail=_short(message, 300), pointer=_short(pointer, 300))


def places(path: Sequence[str | int], value: Any, fault: str) -> Iterator[str | int]:
    """The path of a fault of that type in `value`, without the names of alternatives that pydantic has in it.

    All of it where the value is not known, None.
    """
    if value is None:
        yield from path
    for position, token in enumerate(path, 1):
        is_missing = fault == "missing" and position == len(path)
        if isinstance(value, dict) and (token in value or is_missing):
            yield token
            value = value.get(token)
        elif isinstance(value, list) and isinstance(token, int):
            yield token
            value = value[token]


def _short(text: str, length: int) -> str:
    """The text, shortened if it is longer: it may repeat what was sent."""
    return text if len(text) <= length else text[:length] + "…"


def _escape(token: str) -> str:
    """A reference token of a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1")
