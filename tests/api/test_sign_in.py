"""The page on which people sign in, and how others lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.auth import COOKIE
from saywhy.access import Role
from saywhy.errors import InvalidInput
from saywhy.settings import Settings
from service.people import add_person
from service.workspaces import create
from tests.api.test_keys import client_of
from tests.api.test_sessions import PASSWORD
from tests.builders.access import check_at_once

BROWSER = {"accept": "text/html,*/*"}


@pytest.fixture
def client(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser, which follows no redirects, of a server with a viewer."""
    check_at_once(monkeypatch)
    create(sqlite_engine, "default")
    add_person(sqlite_engine, "default", "Eda Łoś", Role.VIEWER, PASSWORD)
    with client_of(sqlite_engine) as client:
        client.headers.update(BROWSER)
        client.follow_redirects = False
        yield client


def test_a_page_leads_to_the_form_and_the_form_back(client: TestClient) -> None:
    """With the query of the page, and with a session; the interface for programs answers 401 as before."""
    answer = client.get("/reports/Q1%2F2026?language=de")
    assert answer.status_code == 303
    form = answer.headers["location"]
    assert form == "/sign-in?next=%2Freports%2FQ1%2F2026%3Flanguage%3Dde"
    assert client.get("/v1/topics").status_code == 401
    assert client.get("/", headers={"authorization": "Bearer x"}).status_code == 401
    signed_in = client.post(form, data={"name": "Eda Łoś", "password": PASSWORD})
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/reports/Q1/2026?language=de")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("language", "title", "wrong"),
    [
        ("en", "Sign in", "The name or the password is wrong."),
        ("de", "Anmelden", "Der Name oder das Passwort ist falsch."),
        ("zh-Hans", "登录", "用户名或密码不正确。"),
        ("zh-Hant", "登入", "使用者名稱或密碼不正確。"),
    ],
)
def test_the_form_is_in_the_language_of_the_reader(client: TestClient, language: str, title: str, wrong: str) -> None:
    """Labels and refusals; it may post to this server only, and nobody keeps it."""
    page = client.get("/sign-in", headers={"accept-language": language})
    assert f"<h1>{title}</h1>" in page.text
    assert wrong not in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self'" in policy
    assert "script" not in policy
    assert page.headers["cache-control"] == "no-store"
    refused = client.post("/sign-in", data={"name": "Eda", "password": "x"}, headers={"accept-language": language})
    assert (refused.status_code, wrong in refused.text, "set-cookie" in refused.headers) == (401, True, False)


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/\r\nX: y", ""])
def test_the_form_never_leads_to_another_site(client: TestClient, back: str) -> None:
    """What is no path of this server leads to its start page."""
    answer = client.post("/sign-in", params={"next": back}, data={"name": "Eda Łoś", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert COOKIE in answer.cookies


def test_odd_forms_are_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """No fields, endless ones, other media types, bytes that are no text, and too many attempts."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body, headers, status in (
        (b"", form, 401),
        (b"name=%00&password=%ff%fe", form, 401),
        (b"\xff\xfe=1", form, 401),
        (b"name=" + b"a" * 70_000, form, 413),
        (b"a=1&" * 1000, form, 401),
        (b"{}", {"content-type": "application/json"}, 415),
    ):
        assert client.post("/sign-in", content=body, headers=headers).status_code == status, body[:30]
    monkeypatch.setattr("service.people.ATTEMPTS_BY_ADDRESS", 0)
    waiting = client.post("/sign-in", data={"name": "Eda Łoś", "password": PASSWORD})
    assert (waiting.status_code, "Too many attempts" in waiting.text) == (429, True)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"oidc_issuer": "http://login.example.com"}, "https"),
        ({"oidc_client_id": None}, "SAYWHY_OIDC_CLIENT_ID"),
        ({"oidc_roles": "staff=viewer"}, "need each other"),
        ({"oidc_role_claim": "roles", "oidc_roles": "staff=king"}, "SAYWHY_OIDC_ROLES"),
        ({"oidc_role_claim": "roles", "oidc_roles": "staff"}, "SAYWHY_OIDC_ROLES"),
    ],
)
def test_settings_that_cannot_be_are_refused(values: dict[str, Any], reason: str) -> None:
    """The error names the setting, when the server starts."""
    given = {"oidc_issuer": "https://login.example.com", "oidc_client_id": "saywhy"} | values
    with pytest.raises(InvalidInput, match=reason):
        create_app(Settings(**given))
