"""The server does what its OpenAPI document says, for every operation: generated requests, checked by schemathesis."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from sqlalchemy import Engine

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy.settings import Settings
from tests.api.test_server import running
from tests.builders.access import key_of
from tests.builders.fixed_survey import analysed, responses

#: What the schema allows may still contradict the survey: an edit that is not possible, a sheet of other columns.
CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404, 409, 503]},
            "ignored_auth": {"enabled": False},  # every request here has a key; `test_keys` asks without one
        },
        "operations": [
            # Invalid responses are rejected one by one, and all others are saved.
            {"include-name": "POST /v1/responses", "checks": {"negative_data_rejection": {"enabled": False}}},
            # Names and passwords of nobody, and too many of them.
            {
                "include-name": "POST /v1/session",
                "checks": {"positive_data_acceptance": {"expected-statuses": [401, 429]}},
            },
            # An idempotency key may be that of another request.
            {
                "include-path-regex": "^/v1/(responses|imports|analyses|exports)$",
                "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404, 409, 422, 503]}},
            },
            # No schema says that years are those of calendars, and times may be seconds since 1970.
            {
                "include-path-regex": "^/v1/(cases$|follow-up)",
                "checks": {
                    "positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404, 409, 422]},
                    "negative_data_rejection": {"enabled": False},
                },
            },
        ],
    }
)


def schema_of(engine: Engine, annotator: Annotator) -> Iterator[BaseSchema]:
    """The document of a server on an analysed survey."""
    analysed(engine, responses())
    key = key_of(engine, "default")
    app = create_app(Settings(rate_limit=0), Resources(engine, "default", annotator))
    document = deepcopy(app.openapi())
    for operations in document["paths"].values():
        for operation in operations.values():
            del operation["responses"]["default"]  # each status that is answered must be documented by itself
    with running(app) as (_, address):
        schema = schemathesis.openapi.from_dict(document, config=CONFIG)
        schema.config.update(base_url=address, headers={"Authorization": f"Bearer {key}"})
        yield schema.exclude(method="DELETE", path="/v1/keys/{key}")  # it could revoke the key that asks


@schemathesis.serializer("application/x-ndjson")
def lines(_: object, value: object) -> bytes:
    """Any text is a body of lines."""
    return str(value).encode("utf-8", "replace")


@pytest.fixture
def on_sqlite(sqlite_engine: Engine, annotator: Annotator) -> Iterator[BaseSchema]:
    """With SQLite."""
    yield from schema_of(sqlite_engine, annotator)


@pytest.fixture
def on_postgresql(postgresql_engine: Engine, annotator: Annotator) -> Iterator[BaseSchema]:
    """With PostgreSQL."""
    yield from schema_of(postgresql_engine, annotator)


def check(schema: BaseSchema, examples: int) -> None:
    """Send so many valid and so many invalid requests for each operation; raises all that is wrong."""
    faults = []
    for result in schema.get_all_operations():
        operation: APIOperation[Any, Any, Any, Any] = result.ok()  # type: ignore[union-attr]
        for mode in GenerationMode:
            if operation.path == "/v1/classify/stream" and mode is GenerationMode.NEGATIVE:
                continue  # any text is a body of lines, each of which has an answer of its own

            @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def check_operation(case: Case[Any]) -> None:
                case.call_and_validate()

            try:
                check_operation()
            except Unsatisfiable:
                continue  # there is nothing invalid to be sent
            except (Exception, BaseExceptionGroup) as error:
                faults.append(error)
    if faults:
        raise BaseExceptionGroup("the server does something else than its OpenAPI document says", faults)


def test_every_operation_does_what_it_says(on_sqlite: BaseSchema) -> None:
    """Statuses, headers and bodies of answers are the documented ones; what is invalid is refused, valid is not."""
    check(on_sqlite, 4)


@pytest.mark.exhaustive
def test_every_operation_does_what_it_says_on_sqlite(on_sqlite: BaseSchema) -> None:
    """The same with many more requests."""
    check(on_sqlite, 100)


@pytest.mark.exhaustive
def test_every_operation_does_what_it_says_on_postgresql(on_postgresql: BaseSchema) -> None:
    """The same on PostgreSQL."""
    check(on_postgresql, 100)
