"""Settings: keys, people and webhooks by administrators, the code frame for all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from models.annotator import Annotator
from saywhy.access import Role, Scope
from saywhy.store import reading
from saywhy.store.webhooks import secrets
from saywhy.webhook import EventType
from service.audit_log import list_entries
from service.digests.managing import list_digests
from service.keys import list_keys
from service.people import add_person, list_people
from service.saved_views import save_view
from service.webhooks.endpoints import list_endpoints
from service.workspaces import create
from tests.api.test_sessions import PASSWORD
from tests.api.web.visitors import visitor
from tests.builders.access import check_at_once
from tests.builders.digests import save_report
from tests.builders.followed_up import WORKSPACE, anonymous
from tests.builders.reports import FULL
from tests.builders.sources import run_next


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
        ("webhooks/9", {"url": "https://hooks.example/", "event": "report.finished"}, 404),
        ("webhooks/9/secret", {}, 404),
        ("webhooks", {"url": "anna@example.com", "kind": "email"}, 409),
        ("people/Nobody/password", {"password": "x" * 12}, 404),
        ("people/admin/password", {"password": "short"}, 400),
        ("password", {"present": "not the one", "password": "x" * 12}, 400),
        ("digests", {"view": "None", "days": "1", "time": "07:00", "time_zone": "UTC", "language": "en"}, 404),
        ("digests", {"view": "None", "days": "8", "time": "07:00", "time_zone": "UTC", "language": "en"}, 400),
        ("digests", {"view": "None", "days": "1", "time": "noon", "endpoint": "1"}, 400),
        ("digests", {"view": "None", "days": "1", "time": "07:00", "endpoint": "x"}, 400),
        ("digests/9", {"view": "None", "days": "1", "time": "07:00", "endpoint": "1"}, 404),
        ("digests/9/pause", {"paused": "yes"}, 404),
        ("digests/9/test", {}, 404),
        ("digests/9/remove", {}, 404),
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
        assert set(re.findall(r'action="(/settings[^"]*)', page)) == {"/settings/password"}
        paths = ("keys", "people", "people/role", "people/remove", "webhooks", "webhooks/1/ping", "keys/1/revoke")
        new = ("webhooks/1", "webhooks/1/secret", "people/admin/password", "digests", "digests/1", "digests/1/test")
        for path in (*paths, *new, "digests/1/pause", "digests/1/remove"):
            assert client.post(f"/settings/{path}", data={"name": "x"}).status_code == 403
    assert list_endpoints(store, WORKSPACE) == []


def test_anonymous_workspaces_tell_nobody_of_single_people(store: Engine, annotator: Annotator) -> None:
    """A webhook that would is refused; the settings are shown without follow-ups."""
    anonymous(store)
    with visitor(store, annotator, Role.ADMIN) as client:
        assert "open a case" not in client.get("/settings").text
        sent = {"url": "https://hooks.example/", "event": "detractor.new", "kind": "slack"}
        assert client.post("/settings/webhooks", data=sent).status_code == 409


def test_a_webhook_is_changed_and_gets_another_secret(admin: TestClient, store: Engine) -> None:
    """Address, events and language; the new secret is shown once, and the log says who did it to which."""
    create_page = admin.post("/settings/webhooks", data={"url": "https://hooks.example/", "event": "report.finished"})
    [first] = re.findall(r"whsec_[\w+/=]+", create_page.text)
    admin.post("/settings/webhooks/1", data={"url": "https://other.example/", "event": ["fix.regressed"]})
    [endpoint] = list_endpoints(store, WORKSPACE)
    assert (endpoint.url, endpoint.events) == ("https://other.example/", frozenset({EventType.FIX_REGRESSED}))
    rotated = admin.post("/settings/webhooks/1/secret")
    [second] = re.findall(r"whsec_[\w+/=]+", rotated.text)
    assert (second != first, rotated.headers["cache-control"]) == (True, "no-store")
    with reading(store) as connection:
        assert secrets(connection, 1) == (second, first)
    assert second not in admin.get("/settings").text
    assert admin.post("/settings/webhooks/1", data={"url": "https://other.example/"}).status_code == 400
    logged = [(entry.action, entry.target) for entry in list_entries(store, WORKSPACE, 2).entries]
    assert logged == [
        ("POST /settings/webhooks/{endpoint}/secret", "1"),
        ("POST /settings/webhooks/{endpoint}", "1"),
    ]


def test_the_address_of_slack_stays_unless_another_is_given(admin: TestClient, store: Engine) -> None:
    """It is a secret that the page does not show, so its field is empty; the language is changed."""
    sent = {"url": "https://hooks.slack.com/services/T/B/X", "kind": "slack"}
    admin.post("/settings/webhooks", data=sent)
    page = admin.post("/settings/webhooks/1", data={"language": "zh-Hant"}).text
    assert "services/T/B/X" not in page
    [endpoint] = list_endpoints(store, WORKSPACE)
    assert (endpoint.language, endpoint.url) == ("zh-Hant", "https://hooks.slack.com/…")
    with reading(store) as connection:
        assert secrets(connection, 1) == (sent["url"],)


def test_people_change_their_password(store: Engine, annotator: Annotator) -> None:
    """By the present one: sessions elsewhere end, this one goes on, and the log says so without the password."""
    with visitor(store, annotator, Role.VIEWER) as here, visitor(store, annotator, Role.VIEWER) as elsewhere:
        changed = here.post("/settings/password", data={"present": PASSWORD, "password": "another long one"})
        assert "Your password has been changed" in changed.text
        assert here.get("/settings").status_code == 200
        assert elsewhere.get("/settings", follow_redirects=False).status_code == 303
        for password, status in ((PASSWORD, 401), ("another long one", 303)):
            sent = {"name": "viewer", "password": password}
            assert elsewhere.post("/sign-in", data=sent, follow_redirects=False).status_code == status
    [entry] = [entry for entry in list_entries(store, WORKSPACE, 20).entries if "password" in entry.action]
    assert (entry.actor, entry.action, entry.target) == ("viewer", "POST /settings/password", None)


def test_an_administrator_gives_somebody_another_password(
    admin: TestClient, store: Engine, annotator: Annotator
) -> None:
    """Their sessions end; the log has their name. Who signs in without a password has none to change."""
    add_person(store, WORKSPACE, "Bo / <i>", Role.EDITOR, None)
    with visitor(store, annotator, Role.VIEWER) as viewer:
        page = admin.post("/settings/people/viewer/password", data={"password": "given by an admin"}).text
        assert "viewer has another password" in page
        assert viewer.get("/settings", follow_redirects=False).status_code == 303
    path = re.findall(r'action="(/settings/people/Bo[^"]+/password)"', page)[0]
    assert admin.post(path, data={"password": "for Bo, given too"}).status_code == 200
    logged = [entry.target for entry in list_entries(store, WORKSPACE, 2).entries]
    assert logged == ["Bo / <i>", "viewer"]


def test_a_digest_is_added_changed_paused_tested_and_removed(admin: TestClient, store: Engine) -> None:
    """By forms that know days and times; the page says when it is due, what became of it, and names it as text."""
    assert "First save a view" in admin.get("/settings").text
    save_view(store, WORKSPACE, "Weekly <b>", "/?wave=2026-Q2", by="Ada")
    admin.post("/settings/webhooks", data={"url": "https://hooks.slack.com/services/T/B/X", "kind": "slack"})
    sent = {
        "view": "Weekly <b>", "days": "7", "time": "16:05", "time_zone": "Europe/Berlin", "language": "de",
        "endpoint": "1",
    }  # fmt: skip
    page = admin.post("/settings/digests", data=sent).text
    assert "Weekly &lt;b&gt;" in page
    assert "Sunday 16:05 (Europe/Berlin) · Deutsch · https://hooks.slack.com/… · next:" in page
    [status] = list_digests(store, WORKSPACE)
    assert (status.digest.cron, status.digest.created_by) == ("5 16 * * 0", "admin")
    admin.post("/settings/digests/1", data={**sent, "days": "monthly", "language": "en"})
    assert list_digests(store, WORKSPACE)[0].digest.cron == "5 16 1 * *"
    admin.post("/settings/digests/1", data={**sent, "days": "0 8-10/2 * * 1-5"})
    assert "0 8-10/2 * * 1-5 (Europe/Berlin)" in admin.get("/settings").text
    admin.post("/settings/digests/1/test")
    save_report(store, FULL, WORKSPACE)
    run_next(store)
    assert "sent as a test" in admin.get("/settings").text
    assert "· paused" in admin.post("/settings/digests/1/pause", data={"paused": "yes"}).text
    assert "· next:" in admin.post("/settings/digests/1/pause", data={"paused": "no"}).text
    assert admin.post("/views/1/delete", data={"next": "/"}).status_code == 409
    admin.post("/settings/digests/1/remove")
    assert list_digests(store, WORKSPACE) == []
