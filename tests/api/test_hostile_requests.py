"""No request makes the server fail: what cannot be served is refused with a problem, in little memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.settings import Settings
from tests.api import PROBLEM
from tests.api.hostile_requests import HostileRequest, hostile_requests
from tests.builders.reports import FULL

#: Bytes of the longest answer to a request that is refused.
MAX_REFUSAL = 100_000


@dataclass
class Answer:
    """What the application sent."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def ask(client: TestClient, request: HostileRequest) -> Answer:
    """Send a request as it is: a client library would refuse to send most of them."""
    answer, sent = Answer(), iter([{"type": "http.request", "body": request.body}])
    path, _, query = request.path.partition("?")
    scope = {
        "type": "http",
        "method": request.method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": list(request.headers),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 1),
        "state": dict(client.app_state),
    }

    async def receive() -> dict[str, Any]:
        if message := next(sent, None):
            return message
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    assert client.portal is not None
    with suppress(Exception):  # of which the answer is 500
        client.portal.call(client.app, scope, receive, send)
    return answer


def client_of(engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A client of the application on a store with a report."""
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        run = store.runs.start(connection, workspace, annotator.model)
        store.reports.save(connection, workspace, run.id, FULL)
    app = create_app(Settings(), Resources(engine, "default", annotator))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(sqlite_engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A client on SQLite."""
    yield from client_of(sqlite_engine, annotator)


@pytest.fixture
def either_client(engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A client on each kind of database."""
    yield from client_of(engine, annotator)


def check(client: TestClient, count: int, seed: int) -> None:
    """Send requests; each is answered, and those that are refused with a short problem."""
    document = client.get("/openapi.json").json()
    requests = list(hostile_requests(document, count, seed))
    assert [failure for request in requests if (failure := fault(ask(client, request), request))] == []


def fault(answer: Answer, request: HostileRequest) -> str | None:
    """What is wrong with an answer, None if nothing is."""
    if answer.status not in range(200, 500) and answer.status != 503:
        return f"{answer.status}: {request}"
    if answer.status >= 400 and request.method != "HEAD":
        if len(answer.body) > MAX_REFUSAL:
            return f"{len(answer.body)} bytes: {request}"
        if answer.headers["content-type"] != PROBLEM or json.loads(answer.body)["status"] != answer.status:
            return f"no problem document: {request}"
    return None


def test_hostile_requests_are_refused(client: TestClient) -> None:
    """No malformed body, path, query or header is answered with an error of the server."""
    check(client, 150, seed=0)


@pytest.mark.slow
def test_many_hostile_requests_are_refused(either_client: TestClient) -> None:
    """The same on both databases, with many more."""
    check(either_client, 2_000, seed=1)
