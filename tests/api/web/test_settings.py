"""Settings: keys, people and webhooks by administrators, the code frame for all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from models.annotator import Annotator
from saywhy.access import Role, Scope
from service.keys import list_keys
from service.people import list_people
from service.webhooks.endpoints import list_endpoints
from service.workspaces import create
from tests.api.web.visitors import visitor
from tests.builders.access import check_at_once
from tests.builders.followed_up import WORKSPACE, anonymous


@pytest.fixture
def store(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An empty store of a server that remembers nothing of people and keys, and has a key file."""
    check_at_once(monkeypatch)
    create(sqlite_engine, WORKSPACE)
    return sqlite_engine


@pytest.fixture
def admin(store: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """The browser of an administrator."""
    with visitor(store, annotator, Role.ADMIN) as client:
        yield client


def test_a_key_is_shown_once_and_revoked(admin: TestClient, store: Engine) -> None:
    """The page after its creation has the secret, which works and is kept nowhere; revoked, it does not work."""
    created = admin.post("/settings/keys", data={"name": "CRM <b>", "scope": ["read", "classify"]})
    [key] = list_keys(store, WORKSPACE)
    assert (key.name, key.scopes, key.created_by) == ("CRM <b>", frozenset({Scope.READ, Scope.CLASSIFY}), "admin")
    secret = re.search(r"<code>(saywhy_[^<…]+)</code>", created.text)
    assert secret
    assert created.headers["cache-control"] == "no-store"
    bearing = {"authorization": f"Bearer {secret[1]}"}
    assert admin.get("/v1/session", headers=bearing).json()["name"] == "CRM <b>"
    page = admin.get("/settings").text
    assert secret[1] not in page
    assert "CRM &lt;b&gt;" in page
    assert admin.post(f"/settings/keys/{key.id}/revoke").status_code == 200
    assert admin.get("/v1/session", headers=bearing).status_code == 401
    assert "Revoked" in admin.get("/settings").text


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("keys", {"name": "x"}, 400),
        ("keys", {"name": "", "scope": "read"}, 400),
        ("keys", {"name": "x", "scope": "everything"}, 400),
        ("keys/9/revoke", {}, 404),
        ("people", {"name": "Bo", "password": "short"}, 400),
        ("people", {"name": "admin", "role": "viewer"}, 409),
        ("people/role", {"name": "admin"}, 400),
        ("people/role", {"name": "Nobody", "role": "viewer"}, 404),
        ("people/remove", {"name": "Nobody"}, 404),
        ("webhooks", {"url": "http://127.0.0.1/", "event": "report.finished"}, 400),
        ("webhooks", {"url": "https://hooks.example/"}, 400),
        ("webhooks/9/remove", {}, 404),
    ],
)
def test_what_cannot_be_is_refused(admin: TestClient, path: str, data: dict[str, str], status: int) -> None:
    """As a page, with the status of its kind."""
    answer = admin.post(f"/settings/{path}", data=data)
    assert (answer.status_code, answer.text.startswith("<!doctype html>")) == (status, True)


def test_people_are_added_changed_and_removed(admin: TestClient, store: Engine) -> None:
    """With a role; the list shows it."""
    added = admin.post("/settings/people", data={"name": "Bo <i>", "role": "viewer", "password": "x" * 12})
    assert "Bo &lt;i&gt;" in added.text
    admin.post("/settings/people/role", data={"name": "Bo <i>", "role": "editor"})
    assert {person.name: person.role for person in list_people(store, WORKSPACE)}["Bo <i>"] is Role.EDITOR
    admin.post("/settings/people/remove", data={"name": "Bo <i>"})
    assert [person.name for person in list_people(store, WORKSPACE)] == ["admin"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_others_see_the_code_frame_and_change_nothing(store: Engine, annotator: Annotator, role: Role) -> None:
    """Neither keys nor people nor webhooks are shown to them."""
    with visitor(store, annotator, role) as client:
        page = client.get("/settings").text
        assert "Billing and contract" in page
        assert 'action="/settings' not in page
        for path in ("keys", "people", "people/role", "people/remove", "webhooks", "webhooks/1/ping", "keys/1/revoke"):
            assert client.post(f"/settings/{path}", data={"name": "x"}).status_code == 403
    assert list_endpoints(store, WORKSPACE) == []


def test_anonymous_workspaces_tell_nobody_of_single_people(store: Engine, annotator: Annotator) -> None:
    """A webhook that would is refused; the settings are shown without follow-ups."""
    anonymous(store)
    with visitor(store, annotator, Role.ADMIN) as client:
        assert "open a case" not in client.get("/settings").text
        sent = {"url": "https://hooks.example/", "event": "detractor.new", "kind": "slack"}
        assert client.post("/settings/webhooks", data=sent).status_code == 409
