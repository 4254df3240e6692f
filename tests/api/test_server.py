"""The server on a socket: clients that stall, work that does not end, a store that is lost."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http import auth, middleware, server, worker_slots
from api.http.dependencies import Resources, prepare
from pipelines.clean import language
from saywhy import store
from saywhy.settings import Settings
from tests.api.hostile_requests import BODIES
from tests.builders.access import check_at_once, key_of
from tests.doubles import FakeAnnotator

NEED_NO_STORE = {"/v1/classify", "/v1/classify/stream", "/health/live", "/metrics"}

#: Something for each parameter of a path.
PARAMETERS = {
    "{wave}": "all",
    "{topic}": "a",
    "{edit}": "1",
    "{proposal}": "1",
    "{cause}": "support",
    "{name}": "x",
    "{case}": "1",
    "{customer}": "c-1",
    "{account}": "x",
    "{job}": "1",
    "{import_id}": "1",
    "{schedule}": "1",
    "{key}": "1",
    "{source}": "0" * 32,
    "{delivery}": "1",
    "{endpoint}": "1",
    "{plan}": "2027",
}


@pytest.fixture
def app(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The application, with short timeouts and room for one request that uses the store."""
    monkeypatch.setattr(server, "HEAD_TIMEOUT", 0.3)
    monkeypatch.setattr(server, "READ_TIMEOUT", 0.3)
    monkeypatch.setattr(middleware, "BODY_TIMEOUT", 0.3)
    monkeypatch.setattr(worker_slots, "MAX_WAIT", 0.3)
    with sqlite_engine.begin() as connection:
        store.workspaces.ensure(connection, "default")
    return create_app(Settings(concurrency=1), Resources(sqlite_engine, "default", FakeAnnotator()))


@contextmanager
def running(
    app: FastAPI, when_ready: Callable[[FastAPI], None] = lambda _: None
) -> Iterator[tuple[server.Server, str]]:
    """The server in a thread, and its address."""
    process = server.Server(app, "127.0.0.1", 0, 0, when_ready)
    thread = Thread(target=process.run)
    thread.start()
    try:
        while not process.started:
            time.sleep(0.01)
        port = process.servers[0].sockets[0].getsockname()[1]
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.should_exit = True
        thread.join()


def test_what_is_prepared_in_the_background_comes_after_the_server_listens(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reference and the tables of language detection are prepared, while requests are answered."""
    is_loading, may_end = Event(), Event()

    def load(_: float) -> None:
        is_loading.set()
        may_end.wait(60)

    monkeypatch.setattr(language, "load", load)
    with running(app, prepare) as (_, address):
        try:
            assert is_loading.wait(60)
            assert app.openapi_schema
            assert httpx2.get(f"{address}/health/live").status_code == 200
        finally:
            may_end.set()


def connect(address: str) -> socket.socket:
    """A connection to the server."""
    url = httpx2.URL(address)
    connection = socket.create_connection((url.host, url.port), timeout=60)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return connection


def send_for_ever(connection: socket.socket, part: bytes) -> None:
    """Send the same part again and again."""
    while True:
        connection.sendall(part)
        time.sleep(0.001)


def rest_of(connection: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    received = b""
    with suppress(ConnectionError):
        while part := connection.recv(4096):
            received += part
    return received


@pytest.mark.parametrize("head", [b"", b"GET /health/li", b"GET /health/live HTTP/1.1\r\nX: "])
def test_a_slow_head_is_not_waited_for(app: FastAPI, head: bytes) -> None:
    """A connection on which no head, or none that ends, arrives is closed."""
    with running(app) as (_, address), connect(address) as connection:
        connection.sendall(head)
        assert rest_of(connection) == b""


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(app: FastAPI) -> None:
    """Each byte does not begin the time anew, on a connection that was used before either."""
    with running(app) as (_, address), connect(address) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in connection.recv(4096)
        with pytest.raises(ConnectionError):
            send_for_ever(connection, b"G")


@pytest.mark.parametrize(
    ("headers", "part"), [(b"Content-Length: 100", b'{"comments":'), (b"Transfer-Encoding: chunked", b"1\r\n{\r\n")]
)
def test_a_body_that_does_not_end_is_not_waited_for(app: FastAPI, headers: bytes, part: bytes) -> None:
    """It is answered with 408, and the connection is closed."""
    with running(app) as (_, address), connect(address) as connection:
        head = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(head + headers + b"\r\n\r\n" + part)
        answer = rest_of(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["type"] == "urn:saywhy:problem:request-timeout"


def test_the_rest_of_a_refused_body_is_not_received_for_ever(app: FastAPI) -> None:
    """A body that is too large is refused, and the connection is closed although more of it arrives."""
    with running(app) as (_, address), connect(address) as connection:
        head = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        with pytest.raises(ConnectionError):
            send_for_ever(connection, chunk)


def test_a_client_that_reads_nothing_is_left(app: FastAPI) -> None:
    """Its connection is closed, so that its answer does not stay in memory."""

    @app.get("/large", include_in_schema=False)
    async def large() -> str:
        return "x" * 50_000_000

    with running(app) as (process, address), connect(address) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.recv(1)
        while process.server_state.connections:
            time.sleep(0.01)


def test_honest_clients_keep_their_connection(app: FastAPI) -> None:
    """Several requests, with bodies and pauses, are answered on one connection."""
    with running(app) as (process, address), httpx2.Client(base_url=address, timeout=60) as client:
        for _ in range(5):
            body = {"comments": [{"id": 1, "text": "Support is slow."}]}
            assert client.post("/v1/classify", json=body).status_code == 200
            assert client.get("/v1/reports").status_code == 200
            time.sleep(0.1)
        assert len(process.server_state.connections) == 1


def test_busy_workers_cost_neither_liveness_nor_patience(app: FastAPI) -> None:
    """While all slots are taken, others get 503 with Retry-After; probes, metrics and classify need no slot."""
    begun, release = Event(), Event()

    @app.get("/work", include_in_schema=False)
    def work() -> None:
        begun.set()
        release.wait(60)

    with (
        running(app) as (_, address),
        httpx2.Client(base_url=address, timeout=60) as client,
        ThreadPoolExecutor() as pool,
    ):
        working = pool.submit(client.get, "/work")
        assert begun.wait(60)
        refused = list(pool.map(client.get, ["/v1/reports"] * 8))
        assert {answer.status_code for answer in refused} == {503}
        assert {answer.json()["type"] for answer in refused} == {"urn:saywhy:problem:server-busy"}
        assert int(refused[0].headers["retry-after"]) > 0
        assert client.get("/health/live").status_code == 200
        assert "saywhy_requests_in_progress" in client.get("/metrics").text
        body = {"comments": [{"id": 1, "text": "Support is slow."}]}
        assert client.post("/v1/classify", json=body).status_code == 200
        release.set()
        assert working.result(60).status_code == 200
        assert client.get("/v1/reports").status_code == 200


def test_who_asks_is_found_out_within_the_slots(
    app: FastAPI, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While all slots are taken, whose a key is cannot be looked up: 503 soon, for each of many; liveness goes on."""
    check_at_once(monkeypatch)
    monkeypatch.setattr(auth, "MAX_WAIT", 0.3)
    key = {"Authorization": f"Bearer {key_of(sqlite_engine, 'default')}"}
    begun, release = Event(), Event()

    @app.get("/work", include_in_schema=False)
    def work() -> None:
        begun.set()
        release.wait(60)

    with (
        running(app) as (_, address),
        httpx2.Client(base_url=address, timeout=60, headers=key) as client,
        ThreadPoolExecutor(20) as pool,
    ):
        working = pool.submit(client.get, "/work")
        assert begun.wait(60)
        refused = list(pool.map(client.get, ["/v1/session"] * 16))
        assert {answer.json()["type"] for answer in refused} == {"urn:saywhy:problem:server-busy"}
        assert {answer.status_code for answer in refused} == {503}
        assert client.get("/health/live").status_code == client.get("/metrics").status_code == 200
        release.set()
        assert working.result(60).status_code == 200
        assert client.get("/v1/session").json()["name"] == "CRM sync"


def test_without_connections_who_asks_is_not_known(
    app: FastAPI, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an exhausted pool: 503 for keys, sessions and nobody; liveness needs no connection."""
    check_at_once(monkeypatch)
    monkeypatch.setattr(sqlite_engine.pool, "_timeout", 0.1)
    key = {"Authorization": f"Bearer {key_of(sqlite_engine, 'default')}"}
    with TestClient(app) as client:
        with ExitStack() as stack:
            for _ in range(store.engine.CONNECTIONS):
                stack.enter_context(sqlite_engine.connect())
            for headers in (key, {"Cookie": "saywhy_session=x"}, {}):
                answer = client.get("/v1/session", headers=headers)
                assert (answer.status_code, answer.json()["type"]) == (503, "urn:saywhy:problem:store-busy")
            assert client.get("/health/live").status_code == 200
        assert client.get("/v1/session", headers=key).status_code == 200


def test_without_its_database_every_route_is_unavailable(app: FastAPI, tmp_path: Path) -> None:
    """While the file is gone all that need it say 503, and no empty file appears; when it is back all is well."""
    path, elsewhere = tmp_path / "store.db", tmp_path / "elsewhere"
    with TestClient(app) as client:
        assert client.get("/health/ready").status_code == 200
        path.rename(elsewhere)
        for template, operations in client.get("/openapi.json").json()["paths"].items():
            for method in operations if template not in NEED_NO_STORE else ():
                url = template.replace("scenarios", "scenarios?cause=support")
                for name, value in PARAMETERS.items():
                    url = url.replace(name, value)
                takes_file = "sheet" in url or template in ("/v1/imports", "/v1/imports/preview")
                sent: dict[str, Any] = (
                    {"content": b"id,done\n", "headers": {"content-type": "text/csv"}} if takes_file else {}
                )
                if body := BODIES.get((method.upper(), template)):
                    sent = {"json": body}
                answer = client.request(method, url, **sent)
                assert (answer.status_code, method, url) == (503, method, url)
                assert method == "head" or answer.json()["type"] == "urn:saywhy:problem:store-unavailable"
                assert "retry-after" in answer.headers
        assert client.get("/health/live").status_code == 200
        assert not path.exists()
        elsewhere.rename(path)
        assert client.get("/health/ready").status_code == 200
        assert client.get("/v1/reports").json() == {"waves": []}
