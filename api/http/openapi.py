"""The OpenAPI document, completed: what routes do not say of themselves.

Of each operation it has the problems that stand before every route (who asks, under which name, how much is asked for),
and an example of what is sent and answered; `api/v1/examples/operations.json` has these by operation id. (Examples that
are given to FastAPI lose their nulls.)
"""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from threading import Lock
from typing import Any

from fastapi import FastAPI

from api.http import problems
from api.http.auth import is_public

JSON = "application/json"


def complete(app: FastAPI) -> None:
    """Complete the document of the application."""
    generate = app.openapi
    generating = Lock()  # it is generated in the background, and perhaps asked for meanwhile

    def openapi() -> dict[str, Any]:
        with generating:
            document = generate()
            document["components"]["schemas"].update(problems.schemas())
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    for status, answer in problems.documented(*_statuses(method.upper(), path, operation)).items():
                        operation["responses"].setdefault(str(status), answer)
                    _add_examples(operation)
            return document

    app.openapi = openapi  # type: ignore[method-assign]


def _statuses(method: str, path: str, operation: dict[str, Any]) -> set[HTTPStatus]:
    """The statuses of problems that stand before the route."""
    statuses = {HTTPStatus.MISDIRECTED_REQUEST}
    if not is_public(method, path):
        statuses |= {
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.SERVICE_UNAVAILABLE,
        }
    if method != "GET":
        statuses |= {HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE}  # pages of other sites; the audit log
    if "requestBody" in operation:
        statuses |= {
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        }
    if "requestBody" in operation or "parameters" in operation:
        statuses |= {HTTPStatus.UNPROCESSABLE_ENTITY}
    return statuses


def _add_examples(operation: dict[str, Any]) -> None:
    example = _examples().get(operation["operationId"], {})
    if "request" in example:
        operation["requestBody"]["content"][JSON].setdefault("example", example["request"])
    if "response" in example:
        status = min(status for status in operation["responses"] if status.startswith("2"))
        operation["responses"][status]["content"][JSON].setdefault("example", example["response"])


@cache
def _examples() -> dict[str, dict[str, Any]]:
    folder = files("api.v1").joinpath("examples")
    examples: dict[str, dict[str, Any]] = json.loads(folder.joinpath("operations.json").read_text(encoding="utf-8"))
    report = json.loads(folder.joinpath("report.json").read_text(encoding="utf-8"))
    return {**examples, "read_report": {"response": report}}
