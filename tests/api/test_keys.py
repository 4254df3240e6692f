"""API keys: who may do what over HTTP, with which key, in which workspace."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.auth import PUBLIC, is_public
from api.http.dependencies import Resources
from saywhy import store
from saywhy.access import Scope
from saywhy.issue import Quote
from saywhy.key import MARK
from saywhy.settings import Settings
from saywhy.store.access_tables import api_keys
from service.keys import create_key, list_keys
from service.workspaces import create
from tests.api import PROBLEM
from tests.builders.access import bearing, check_at_once, key_of
from tests.builders.reports import FULL
from tests.builders.stored_rows import stored_text
from tests.doubles import FakeAnnotator


def client_of(engine: Engine, settings: Settings | None = None) -> TestClient:
    """A client of a server on the store, whose own workspace is `default`."""
    create(engine, "default")
    return TestClient(create_app(settings or Settings(), Resources(engine, "default", FakeAnnotator())))


@pytest.fixture
def client(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of a server that remembers nothing of keys."""
    check_at_once(monkeypatch)
    with client_of(sqlite_engine) as client:
        yield client


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each operation of the interface."""
    for path, by_method in create_app(Settings()).openapi()["paths"].items():
        for method, operation in by_method.items():
            yield method.upper(), path, operation


def filled(path: str) -> str:
    """A path with a value for each parameter."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", "1", path)


def test_every_route_declares_its_scope() -> None:
    """Each operation asks for one scope by key or session, or for any; or nobody must sign in for it."""
    undeclared = []
    for method, path, operation in operations():
        schemes = {name: scopes for one in operation.get("security", []) for name, scopes in one.items()}
        is_declared = set(schemes) == {"key", "session"} and schemes["key"] == schemes["session"]
        if is_declared == is_public(method, path):
            undeclared.append((method, path))
        if is_declared and path != "/v1/session":
            assert len(schemes["key"]) == 1, path
            assert set(schemes["key"]) <= set(Scope)
    assert undeclared == []
    assert {entry.partition(" ")[0] for entry in PUBLIC} == {"GET", "POST"}


@pytest.mark.slow
def test_every_route_refuses_without_the_right_key(client: TestClient, sqlite_engine: Engine) -> None:
    """As soon as there is a key: nothing and a wrong key get 401, a key without the scope of the route gets 403."""
    assert client.get("/v1/topics").status_code == 200
    keys = {scope: key_of(sqlite_engine, "default", set(Scope) - {scope}, f"all but {scope}") for scope in Scope}
    for method, path, operation in operations():
        if is_public(method, path):
            continue
        url = filled(path)
        for headers in ({}, {"Authorization": f"Bearer {MARK}wrong"}, {"Authorization": "Basic YTpi"}):
            answer = client.request(method, url, headers=headers)
            assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM), (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"
        for scope in operation["security"][0]["key"]:
            body: dict[str, Any] = {"json": {}} if method in ("POST", "PUT") else {}
            answer = client.request(method, url, headers={"Authorization": f"Bearer {keys[Scope(scope)]}"}, **body)
            assert (answer.status_code, answer.headers["content-type"]) == (403, PROBLEM), (method, path)
            assert f"'all but {scope}'" in answer.json()["detail"]
    assert client.get("/health/ready").status_code == client.get("/docs").status_code == 200
    assert client.get("/nowhere").status_code == 401


def test_the_body_of_a_stranger_is_not_read(client: TestClient, sqlite_engine: Engine) -> None:
    """A request without a key is refused before its body, however broken it is."""
    key_of(sqlite_engine, "default")
    answer = client.post("/v1/classify", content=b"[" * 100_000, headers={"content-type": "application/json"})
    assert answer.status_code == 401


def test_a_key_is_made_shown_once_used_and_revoked(client: TestClient, sqlite_engine: Engine) -> None:
    """Over HTTP, with its name, scopes and last use; nothing but the first response has the secret."""
    admin = bearing(client, key_of(sqlite_engine, "default", {Scope.ADMIN, Scope.READ}, "root"))
    created = admin.post("/v1/keys", json={"name": "BI", "scopes": ["read"]})
    assert created.status_code == 201
    secret, key = created.json()["secret"], created.json()["key"]
    assert secret.startswith(key["prefix"])
    assert len(secret) > len(key["prefix"]) + 30
    assert {"name": "BI", "scopes": ["read"], "state": "active", "created_by": "root"}.items() <= key.items()
    header = {"Authorization": f"Bearer {secret}"}
    assert client.get("/v1/topics", headers=header).status_code == 200
    assert client.get("/v1/session", headers=header).json() == {
        "kind": "key",
        "name": "BI",
        "workspace": "default",
        "scopes": ["read"],
    }
    listed = admin.get("/v1/keys")
    assert secret not in listed.text
    used = listed.json()["keys"][0]["last_used_at"]
    assert datetime.now(UTC) - datetime.fromisoformat(used) < timedelta(minutes=1)
    client.get("/v1/topics", headers=header)
    assert admin.get("/v1/keys").json()["keys"][0]["last_used_at"] == used
    assert admin.delete(f"/v1/keys/{key['id']}").json()["state"] == "revoked"
    refused = client.get("/v1/topics", headers=header)
    assert (refused.status_code, refused.json()["detail"]) == (401, "the key 'BI' is revoked")
    stored = stored_text(sqlite_engine)
    assert secret not in stored
    assert secret.removeprefix(MARK)[8:] not in stored
    assert key["prefix"] in stored


def test_what_cannot_be_created_is_refused(client: TestClient, sqlite_engine: Engine) -> None:
    """A name that is in use, scopes that the creator lacks, unknown ones, none, and an end in the past."""
    admin = bearing(client, key_of(sqlite_engine, "default", {Scope.ADMIN, Scope.READ}, "root"))
    past = "2020-01-01T00:00:00Z"
    for body, status in (
        ({"name": "root", "scopes": ["read"]}, 409),
        ({"name": "x", "scopes": ["pii"]}, 403),
        ({"name": "x", "scopes": ["all"]}, 422),
        ({"name": "x", "scopes": []}, 422),
        ({"name": "a\nb", "scopes": ["read"]}, 400),
        ({"name": "x", "scopes": ["read"], "expires_at": past}, 400),
        ({"name": "x", "scopes": ["read"], "expires_at": "9999-12-31T23:59:59-14:00"}, 422),
        ({"name": "x", "scopes": ["read"], "expires_at": "2099-01-01T00:00:00"}, 422),
    ):
        assert admin.post("/v1/keys", json=body).status_code == status, body
    assert admin.delete("/v1/keys/99").json()["type"] == "urn:saywhy:problem:key-not-found"
    assert [key.name for key in list_keys(sqlite_engine, "default")] == ["root"]


def test_an_expired_key_is_refused(client: TestClient, sqlite_engine: Engine) -> None:
    """From the moment of its end on."""
    end = datetime.now(UTC) + timedelta(days=1)
    _, secret = create_key(sqlite_engine, "default", "short", {Scope.READ}, created_by="t", expires_at=end)
    assert bearing(client, secret).get("/v1/topics").status_code == 200
    with sqlite_engine.begin() as connection:
        connection.execute(sa.update(api_keys).values(expires_at=datetime.now(UTC)))
    refused = client.get("/v1/topics")
    assert (refused.status_code, refused.json()["detail"]) == (401, "the key 'short' is expired")


def test_a_revoked_key_does_not_open_the_server_again(client: TestClient, sqlite_engine: Engine) -> None:
    """Requests need a key as soon as there has been one."""
    bearing(client, key_of(sqlite_engine, "default")).delete("/v1/keys/1")
    del client.headers["Authorization"]
    assert client.get("/v1/topics").status_code == 401


def test_a_server_for_others_is_never_open(sqlite_engine: Engine) -> None:
    """On another address than this machine's, requests without a key are refused even while there is none."""
    with client_of(sqlite_engine, Settings(host="0.0.0.0")) as client:
        assert client.get("/v1/topics").status_code == 401


def test_requests_beyond_the_limit_are_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 429 and the time to wait; keys have limits of their own, which all servers on the store share."""
    monkeypatch.setattr("service.access.WINDOW", 10**9)  # so that none begins during the test
    settings = Settings(rate_limit=3)
    one, two = key_of(engine, "default", {Scope.READ}, "one"), key_of(engine, "default", {Scope.READ}, "two")
    with client_of(engine, settings) as client, client_of(engine, settings) as second:
        answers = [bearing(server, one).get("/v1/topics") for server in (client, second, client, second, client)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
        assert answers[0].headers["ratelimit-limit"] == "3"
        assert answers[0].headers["ratelimit-policy"] == "3;w=60"
        assert answers[4].json()["type"] == "urn:saywhy:problem:too-many-requests"
        assert int(answers[4].headers["retry-after"]) > 0
        assert bearing(client, two).get("/v1/topics").status_code == 200


def test_names_of_employees_need_a_scope_of_their_own(client: TestClient, sqlite_engine: Engine) -> None:
    """A report masks them unless they are asked for, which only a key with `pii` may."""
    text = "Thanks to Greta Quill."
    quote = Quote(text, 0, len(text), "en", staff_names=((10, 21),))
    report = replace(FULL, wave="W1", issues=(replace(FULL.issues[0], quotes=(quote,)),), delights=())
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        run = store.runs.start(connection, workspace_id, "m")
        store.reports.save(connection, workspace_id, run.id, report)
    bearing(client, key_of(sqlite_engine, "default", {Scope.READ}, "reader"))
    assert "Greta" not in client.get("/v1/reports/W1").text
    refused = client.get("/v1/reports/W1?staff_names=true")
    assert (refused.status_code, "scope pii" in refused.json()["detail"]) == (403, True)
    bearing(client, key_of(sqlite_engine, "default", {Scope.READ, Scope.PII}, "coach"))
    assert "Greta" in client.get("/v1/reports/W1?staff_names=true").text
    assert "Greta" not in client.get("/v1/reports/W1").text
    assert client.get("/v1/reports/W1?staff_names=true&against=wave:W0").status_code == 400


def test_secrets_are_never_logged(client: TestClient, sqlite_engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """Neither keys nor passwords, known or wrong, at any level."""
    caplog.set_level(logging.DEBUG)
    secret = key_of(sqlite_engine, "default")
    bearing(client, secret).post("/v1/session", json={"name": "Eda", "password": "correct horse battery"})
    client.post("/v1/session", json={"name": 5, "password": "correct horse battery"})
    client.get("/v1/topics")
    client.get("/v1/topics", headers={"Authorization": f"Bearer {MARK}unknown-secret"})
    sqlite_engine.dispose()
    Path(sqlite_engine.url.database or "").write_bytes(b"no database")
    assert client.get("/v1/topics").status_code == 503
    assert "no database" not in caplog.text
    assert "file is not a database" in caplog.text
    for text in (secret, "unknown-secret", "horse"):
        assert text not in caplog.text
