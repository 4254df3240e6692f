"""People: signing in with a password or through a proxy, what their role allows, and signing out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.auth import COOKIE
from api.http.dependencies import Resources
from saywhy.access import Role
from saywhy.errors import InvalidInput
from saywhy.settings import Settings
from saywhy.store.access_tables import sessions
from service.passwords import _hasher
from service.people import add_person, remove_person, set_password, set_role
from service.workspaces import create
from tests.api.test_keys import client_of
from tests.builders.access import check_at_once
from tests.builders.stored_rows import stored_text
from tests.doubles import FakeAnnotator

PASSWORD = "correct horse battery"


@pytest.fixture
def client(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of a server with an editor and an admin, on either database."""
    check_at_once(monkeypatch)
    create(engine, "default")
    add_person(engine, "default", "Eda", Role.EDITOR, PASSWORD)
    add_person(engine, "default", "Ada", Role.ADMIN, None)
    with client_of(engine) as client:
        yield client


def test_hashing_a_password_takes_memory_and_time() -> None:
    """Outside of tests it costs what RFC 9106 recommends where memory is scarce."""
    assert _hasher().hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def sign_in(client: TestClient, name: str = "Eda", password: str = PASSWORD) -> int:
    """The status of an attempt to sign in."""
    return int(client.post("/v1/session", json={"name": name, "password": password}).status_code)


def test_a_person_signs_in_works_and_signs_out(client: TestClient, engine: Engine) -> None:
    """The cookie is closed to scripts and other sites; it allows what the role allows, until it is ended."""
    assert client.get("/v1/topics").status_code == 401
    answer = client.post("/v1/session", json={"name": "Eda", "password": PASSWORD})
    assert answer.json() == {
        "kind": "person",
        "name": "Eda",
        "workspace": "default",
        "scopes": ["classify", "read", "write"],
    }
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    token = client.cookies[COOKIE]
    assert client.get("/").status_code == client.get("/v1/topics").status_code == 200
    assert client.get("/v1/keys").status_code == 403
    set_role(engine, "default", "Eda", Role.ADMIN)
    assert client.get("/v1/keys").status_code == 200
    stored = stored_text(engine)
    assert not any(secret in stored for secret in (token, PASSWORD))
    assert "$argon2id$" in stored
    assert client.delete("/v1/session").status_code == 204
    assert COOKIE not in client.cookies
    assert client.get("/v1/topics", headers={"cookie": f"{COOKIE}={token}"}).status_code == 401


def test_wrong_names_and_passwords_are_not_told_apart(client: TestClient) -> None:
    """A wrong password, an unknown name, somebody without a password and odd texts get the same answer."""
    answers = [
        client.post("/v1/session", json={"name": name, "password": password})
        for name, password in (
            ("Eda", "correct horse batteri"),
            ("Bob", PASSWORD),
            ("Ada", ""),
            ("eda", PASSWORD),
            ("\0", "x"),
            ("", ""),
        )
    ]
    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (401, "the name or the password is wrong")
    }
    assert all("set-cookie" not in answer.headers for answer in answers)


def test_guessing_is_slowed_down(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many attempts from one address even the right password is refused, with the time to wait."""
    monkeypatch.setattr("service.people.ATTEMPT_WINDOW", 10**9)
    monkeypatch.setattr("service.people.ATTEMPTS_BY_ADDRESS", 3)
    assert [sign_in(client, password="guessed") for _ in range(3)] == [401] * 3
    answer = client.post("/v1/session", json={"name": "Eda", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_a_name_is_guessed_at_from_many_addresses(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts for one name are counted too, whoever makes them; other people still sign in."""
    monkeypatch.setattr("service.people.ATTEMPT_WINDOW", 10**9)
    monkeypatch.setattr("service.people.ATTEMPTS_BY_NAME", 2)
    assert [sign_in(client, "Bob", "guessed") for _ in range(3)] == [401, 401, 429]
    assert sign_in(client) == 200


def test_sessions_end_with_the_person_and_with_the_password(client: TestClient, engine: Engine) -> None:
    """A new password ends them, and so does removing the person, and the time."""
    assert sign_in(client) == 200
    set_password(engine, "default", "Eda", PASSWORD + "!")
    assert client.get("/v1/topics").status_code == 401
    assert sign_in(client, password=PASSWORD + "!") == 200
    with engine.begin() as connection:
        connection.execute(sa.update(sessions).values(expires_at=sa.func.current_timestamp()))
    assert client.get("/v1/topics").status_code == 401
    assert sign_in(client, password=PASSWORD + "!") == 200
    remove_person(engine, "default", "Eda")
    assert client.get("/v1/topics").status_code == 401
    assert sign_in(client, password=PASSWORD + "!") == 401


def proxied(engine: Engine, **settings: str) -> TestClient:
    """A client whose connection comes from 10.0.0.5."""
    app = create_app(Settings(**settings), Resources(engine, "default", FakeAnnotator()))  # type: ignore[arg-type]
    return TestClient(app, client=("10.0.0.5", 1))


def test_a_trusted_proxy_says_who_it_is(client: TestClient, engine: Engine) -> None:
    """By a header that others may send in vain; people whom only the proxy knows have no access."""
    trusted = {"trusted_proxies": "10.0.0.0/24, ::1", "proxy_user_header": "X-Forwarded-User"}
    with proxied(engine, **trusted) as proxy:
        assert proxy.get("/v1/session").status_code == 401
        assert proxy.get("/v1/session", headers={"x-forwarded-user": "Ada"}).json()["name"] == "Ada"
        assert proxy.get("/v1/keys", headers={"x-forwarded-user": "Ada"}).status_code == 200
        assert proxy.get("/v1/keys", headers={"x-forwarded-user": "Eda"}).status_code == 403
        stranger = proxy.get("/v1/topics", headers={"x-forwarded-user": "Mallory"})
        assert (stranger.status_code, "'Mallory'" in stranger.json()["detail"]) == (403, True)
        twice = [("x-forwarded-user", "Ada"), ("x-forwarded-user", "Eda")]
        assert proxy.get("/v1/topics", headers=twice).status_code == 401
        https = proxy.post(
            "/v1/session", json={"name": "Eda", "password": PASSWORD}, headers={"x-forwarded-proto": "https"}
        )
        assert "Secure" in https.headers["set-cookie"]
        own_session = {"cookie": f"{COOKIE}={https.cookies[COOKIE]}"}
        assert proxy.get("/v1/session", headers=own_session).json()["name"] == "Eda"
        both = {**own_session, "x-forwarded-user": "Ada"}
        assert proxy.get("/v1/session", headers=both).json()["name"] == "Ada"
    with proxied(engine, **{**trusted, "trusted_proxies": "10.0.0.6"}) as other:
        assert other.get("/v1/topics", headers={"x-forwarded-user": "Ada"}).status_code == 401
    assert client.get("/v1/topics", headers={"x-forwarded-user": "Ada"}).status_code == 401


def test_a_server_behind_a_proxy_is_never_open(sqlite_engine: Engine) -> None:
    """Where a proxy says who it is, a request that it says nothing of is refused, even before there are people."""
    create(sqlite_engine, "default")
    with proxied(sqlite_engine, trusted_proxies="10.0.0.5", proxy_user_header="Remote-User") as proxy:
        assert proxy.get("/v1/topics").status_code == 401


def test_impossible_settings_are_refused() -> None:
    """A header without proxies, which anybody could send, and a proxy that is no address."""
    for settings in ({"proxy_user_header": "X-User"}, {"trusted_proxies": "10.0.0.0/33"}):
        with pytest.raises(InvalidInput):
            create_app(Settings(**settings))  # type: ignore[arg-type]


def test_people_that_cannot_be_are_refused(sqlite_engine: Engine) -> None:
    """Short and endless passwords, names of several lines or in use."""
    create(sqlite_engine, "default")
    add_person(sqlite_engine, "default", "Eda", Role.VIEWER, None)
    for name, password in (("a\nb", None), ("\ud800", None), ("Bob", "short"), ("Bob", "x" * 257), ("Bob", "")):
        with pytest.raises(InvalidInput):
            add_person(sqlite_engine, "default", name, Role.VIEWER, password)
