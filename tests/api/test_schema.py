"""The server does what its OpenAPI document says, for every operation: generated requests, checked by schemathesis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import AuthContext, Case, GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from sqlalchemy import Engine

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy.settings import Settings
from tests.api.test_server import running
from tests.builders.access import key_of
from tests.builders.fixed_survey import analysed, responses

#: Refusals of requests that the schema allows, each with the operations that may refuse and the reason.
ALLOWED = {
    # Some texts have a grammar of their own or name something outside of the document: cursors, segments, what is
    # compared, languages, cron expressions, time zones, countries, names of one printable line, files, addresses of
    # receivers, payloads of survey tools, code frames in YAML. And some members depend on each other: a fix has a wave
    # or a date, a plan a start or waves, a change of a case changes something, a link leads to a part of a report, and
    # with a key nobody says who edits.
    400: r"GET (/|/reports/.*|/v1/(audit-log|audits/sample|cases|comments|corrections|customers.*|jobs|reports/.*"
    r"|scenarios|sources/.*|wave-plans.*|webhook-deliveries))"
    r"|(PATCH|PUT) .*|POST /v1/(audits.*|classify.*|code-frames|exports|fixes|follow-up/.*|imports.*|keys|schedules)"
    r"|POST /v1/(corrections/import|digests|handling-changes|shared-links|topic-|sources|wave-plans|webhook).*",
    # Names and passwords of nobody, and webhooks without the signature of their sender.
    401: r"(HEAD|POST) /v1/(session|webhooks/.*)",
    # Paths, parameters and bodies name what is not there, as a digest its view.
    404: r"(HEAD|GET|POST|PUT|PATCH|DELETE) .*\{.*"
    r"|GET (/|/v1/(comments|scenarios))"
    r"|POST /v1/(classify.*|digests|exports|fixes|shared-links|follow-up/new-accounts|imports.*|sources|topic-edits)"
    r"|(POST|DELETE) /v1/models/shadow",
    # It depends on what is stored: the name of a key, an account, a source or a plan is in use, somebody else changed
    # the case, the job has ended, there is no key file, nor a version of the model that may serve, and another version
    # annotated the comments that are searched by meaning.
    409: r"GET /v1/comments|(PATCH|PUT) .*|DELETE /v1/models/shadow"
    r"|POST /v1/(digests|follow-up/new-accounts|handling-changes/.*|jobs/.*|keys|models/.*|sources.*"
    r"|topic-.*|wave-plans.*|webhook-.*)",
    # No schema knows that a score is on its scale; 422 if all responses of a request have such a fault.
    422: "POST /v1/responses",
    # Attempts to sign in are limited.
    429: "POST /v1/session",
    # A busy server says when to try again.
    503: ".*",
}

#: Invalid requests that are not refused, with the reason.
ACCEPTED = (
    "POST /v1/responses",  # invalid responses are rejected one by one, and all others are saved
    "POST /v1/classify/stream",  # any text is a body of lines, each of which has an answer of its own
)

#: Days and times in years that the patterns of the document allow, so that not nearly all that are generated are thrown
#: away.
TIMES = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30))
schemathesis.openapi.format("date-time", TIMES.map(lambda time: f"{time.isoformat()}Z"))
schemathesis.openapi.format("date", TIMES.map(lambda time: time.date().isoformat()))


def checks_of(operation: str) -> dict[str, Any]:
    """What is checked of an operation, by its method and path."""
    statuses = [status for status, operations in ALLOWED.items() if re.fullmatch(operations, operation)]
    return {
        "positive_data_acceptance": {"expected-statuses": ["2xx", *statuses]},
        "negative_data_rejection": {"enabled": operation not in ACCEPTED},
    }


def schema_of(engine: Engine, annotator: Annotator) -> Iterator[BaseSchema]:
    """The document of a server on an analysed survey; whoever asks has a key with all scopes."""
    analysed(engine, responses())
    key = key_of(engine, "default")
    app = create_app(Settings(rate_limit=0), Resources(engine, "default", annotator))
    document = deepcopy(app.openapi())
    for operations in document["paths"].values():
        for operation in operations.values():
            del operation["responses"]["default"]  # each status that is answered must be documented by itself
    names = [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]
    config = {
        "request-timeout": 300,
        "operations": [{"include-name": name, "checks": checks_of(name)} for name in names],
    }
    with running(app) as (_, address):
        schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(config))
        schema.config.update(base_url=address)

        @schema.auth()
        class Key:  # with it, schemathesis also asks without a key and with a wrong one
            def get(self, case: Case[Any], context: AuthContext) -> str:  # noqa: ARG002
                return key

            def set(self, case: Case[Any], data: str, context: AuthContext) -> None:  # noqa: ARG002
                case.headers["Authorization"] = f"Bearer {data}"

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

            @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def check_operation(case: Case[Any]) -> None:
                if case.meta and case.meta.generation.mode.is_positive and "Idempotency-Key" in case.headers:
                    case.headers["Idempotency-Key"] = str(uuid4())  # generated ones repeat, with other bodies
                case.call_and_validate()

            try:
                check_operation()
            except Unsatisfiable:
                continue  # there is nothing invalid to be sent
            except (Exception, BaseExceptionGroup) as error:
                faults.append(error)
    if faults:
        raise BaseExceptionGroup("the server does something else than its OpenAPI document says", faults)


@pytest.mark.slow
def test_every_operation_does_what_it_says(on_sqlite: BaseSchema) -> None:
    """Statuses, headers and bodies of answers are the documented ones; what is invalid is refused, valid is not."""
    check(on_sqlite, 2)


@pytest.mark.exhaustive
def test_every_operation_does_what_it_says_on_sqlite(on_sqlite: BaseSchema) -> None:
    """The same with many more requests."""
    check(on_sqlite, 100)


@pytest.mark.exhaustive
def test_every_operation_does_what_it_says_on_postgresql(on_postgresql: BaseSchema) -> None:
    """The same on PostgreSQL."""
    check(on_postgresql, 100)
