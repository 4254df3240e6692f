"""Shared links: what whoever has one sees, and that they see nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.auth import is_public
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.access import PrincipalKind, Role, Scope
from saywhy.settings import Settings
from saywhy.shared_link import LinkState
from saywhy.store.access_tables import shared_links as table
from service.audit_log import list_entries
from service.keys import revoke_key
from service.people import add_person, remove_person, set_role
from service.shared_links import list_links
from service.workspaces import create
from tests.api.test_keys import operations
from tests.api.test_sessions import PASSWORD
from tests.api.web.conftest import BROWSER, sign_in
from tests.builders.access import bearing, check_at_once, key_of
from tests.builders.reports import RICH
from tests.builders.stored_rows import stored_text

FORM = {"name": "Board <b>", "view": "/", "days": "30", "quotes": "masked"}


def shared(client: TestClient, **changes: str) -> str:
    """The path of a link that an editor makes on a page."""
    page = client.post("/shared-links", data={**FORM, **changes})
    assert page.status_code == 200, page.text
    [url] = re.findall(r"<code>(http://testserver/shared/[\w-]+)</code>", page.text)
    return str(url).removeprefix("http://testserver")


@pytest.fixture
def people(sqlite_engine: Engine, annotator: Annotator, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A server with a report, an editor and a viewer; nobody is signed in yet."""
    check_at_once(monkeypatch)
    create(sqlite_engine, "default")
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        run = store.runs.start(connection, workspace_id, "model")
        store.reports.save(connection, workspace_id, run.id, replace(RICH, wave="all"))
    add_person(sqlite_engine, "default", "Eda", Role.EDITOR, PASSWORD)
    add_person(sqlite_engine, "default", "Vic", Role.VIEWER, PASSWORD)
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator)), headers=BROWSER) as client:
        yield client


@pytest.fixture
def stranger(people: TestClient) -> TestClient:
    """A browser of somebody who has no account, on the same running server."""
    client = TestClient(people.app, headers=BROWSER)
    client.portal = people.portal
    client.app_state.update(people.app_state)
    return client


def test_a_link_shows_the_report_to_whoever_has_it(
    people: TestClient, stranger: TestClient, sqlite_engine: Engine
) -> None:
    """Without signing in, in the reader's language, kept by nothing; that it was opened is counted."""
    path = shared(sign_in(people, "Eda"))
    page = stranger.get(path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert "<h2>What costs points</h2>" in page.text
    assert "<blockquote" in page.text
    assert "Shared by Eda, read only" in page.text
    assert "<h2>Was Punkte kostet</h2>" in stranger.get(path, params={"language": "de"}).text
    assert set(re.findall(r'(?:href|src|action)="([^"]*)"', page.text)) == {
        f"?language={language}" for language in ("en", "de", "zh-Hans", "zh-Hant")
    }
    [link] = list_links(sqlite_engine, "default")
    assert (link.opened, link.state(datetime.now(UTC)), link.created_by) == (2, LinkState.ACTIVE, "Eda")
    assert link.last_opened_at is not None
    assert path.removeprefix("/shared/") not in stored_text(sqlite_engine)
    log = [(entry.actor, entry.action) for entry in list_entries(sqlite_engine, "default").entries]
    assert log == [("Eda", "POST /shared-links")]


def test_a_link_shows_what_was_chosen(people: TestClient, stranger: TestClient) -> None:
    """The causes that pass the filters of the view, or one cause; without quotes if that was chosen."""
    editor = sign_in(people, "Eda")
    whole = stranger.get(shared(editor)).text
    praise = stranger.get(shared(editor, view="/?group=promoters&sort=name")).text
    assert "What promoters praise" in whole
    assert "What costs points" not in praise
    assert "<dt>Score group</dt><dd>Promoters</dd>" in praise
    silent = stranger.get(shared(editor, quotes="none")).text
    assert "<blockquote" not in silent
    quotes = re.findall(r"<mark>(.+?)</mark>", whole)
    assert quotes
    labels = {issue.label for issue in RICH.issues}  # which may be words of comments
    assert not any(quote in silent for quote in {*quotes} - labels)
    overview = editor.get("/").text
    address = html.unescape(re.findall(r'class="name" href="(/causes/[^"]+)"', overview)[0])
    cause = stranger.get(shared(editor, view=address)).text
    assert cause.count('<article class="cause">') == 1
    assert "What promoters praise" not in cause
    nothing = stranger.get(shared(editor, view="/causes/topic:gone")).text
    assert "The latest report does not rank this cause." in nothing


def test_a_password_opens_a_link_and_nothing_else(people: TestClient, stranger: TestClient) -> None:
    """What it proves is a cookie for this link alone, with which every other route stays shut."""
    editor = sign_in(people, "Eda")
    path, other = (shared(editor, password=PASSWORD) for _ in range(2))
    asked = stranger.get(path)
    assert "<h1>This link has a password</h1>" in asked.text
    assert "What costs points" not in asked.text
    wrong = stranger.post(path, data={"password": "not the password"})
    assert (wrong.status_code, "That is not the password." in wrong.text) == (401, True)
    right = stranger.post(path, data={"password": PASSWORD}, follow_redirects=False)
    assert (right.status_code, right.headers["location"]) == (303, path)
    cookie = right.headers["set-cookie"]
    assert f"Path={path};" in cookie
    assert "HttpOnly" in cookie
    assert "What costs points" in stranger.get(path).text
    stranger.cookies.set("saywhy_shared", cookie.split("=", 1)[1].split(";")[0])  # on every path, as no browser would
    assert "This link has a password" in stranger.get(other).text
    for method, route, _ in operations():
        if not is_public(method, route):
            answer = stranger.request(method, re.sub(r"{[^}]+}", "1", route), follow_redirects=False)
            assert answer.status_code in (303, 401), route
            assert "What costs points" not in answer.text


def test_attempts_on_a_password_are_limited(
    people: TestClient, stranger: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one address as for signing in, and on one link from wherever; then the right one is refused too."""
    monkeypatch.setattr("service.shared_links.ATTEMPTS_BY_LINK", 2)
    path = shared(sign_in(people, "Eda"), password=PASSWORD)
    answers = [stranger.post(path, data={"password": "wrong"}).status_code for _ in range(2)]
    limited = stranger.post(path, data={"password": PASSWORD}, follow_redirects=False)
    assert (answers, limited.status_code) == ([401, 401], 429)
    assert "Too many attempts" in limited.text
    assert int(limited.headers["retry-after"]) > 0


def test_a_link_that_has_ended_is_gone(people: TestClient, stranger: TestClient, sqlite_engine: Engine) -> None:
    """410 for one that was revoked or has expired, with and without a password; 404 for one that never was."""
    editor = sign_in(people, "Eda")
    expired, revoked = shared(editor), shared(editor, password=PASSWORD)
    last, first = list_links(sqlite_engine, "default")
    with sqlite_engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(sa.update(table).where(table.c.id == first.id).values(expires_at=past))
    assert editor.post(f"/shared-links/{last.id}/revoke").status_code == 200
    for path, status in ((expired, 410), (revoked, 410), ("/shared/unknown", 404)):
        answers = [stranger.get(path), stranger.post(path, data={"password": PASSWORD})]
        assert {answer.status_code for answer in answers} == {status}
        assert all(answer.headers["cache-control"] == "no-store" for answer in answers)
        assert not any('href="/' in re.sub(r"<link[^>]*>", "", answer.text) for answer in answers)
    assert [link.opened for link in list_links(sqlite_engine, "default")] == [0, 0]
    listed = editor.get("/shared-links").text
    assert "Expired" in listed
    assert "Revoked" in listed
    assert editor.post("/shared-links/99/revoke").status_code == 404


def test_a_link_ends_with_the_right_of_its_maker(
    people: TestClient, stranger: TestClient, sqlite_engine: Engine
) -> None:
    """As long as they are no editor, and for good when they are removed; of a key, when it is revoked."""
    path = shared(sign_in(people, "Eda"))
    for role, status in ((Role.VIEWER, 410), (Role.EDITOR, 200)):
        set_role(sqlite_engine, "default", "Eda", role)
        assert stranger.get(path).status_code == status
    remove_person(sqlite_engine, "default", "Eda")
    assert stranger.get(path).status_code == 410
    secret = key_of(sqlite_engine, "default", {Scope.WRITE}, name="CRM")
    made = bearing(stranger, secret).post("/v1/shared-links", json={"name": "x"}).json()
    del stranger.headers["authorization"]
    of_key = str(made["url"]).removeprefix("http://testserver")
    assert stranger.get(of_key).status_code == 200
    revoke_key(sqlite_engine, "default", "CRM")
    assert stranger.get(of_key).status_code == 410
    states = {link.maker_kind: link.state(datetime.now(UTC)) for link in list_links(sqlite_engine, "default")}
    assert states == {PrincipalKind.PERSON: LinkState.SUSPENDED, PrincipalKind.KEY: LinkState.SUSPENDED}


WRONG = (
    {"name": " "},
    {"days": "0"},
    {"days": "366"},
    {"days": "x"},
    {"password": "short"},
    {"view": "/settings"},
    {"view": "https://evil.example/"},
    {"view": "/?sort=random"},
    {"view": "/causes/nothing"},
)


def test_what_cannot_be_shared_is_refused(people: TestClient, sqlite_engine: Engine) -> None:
    """And nothing is stored."""
    editor = sign_in(people, "Eda")
    assert {editor.post("/shared-links", data={**FORM, **wrong}).status_code for wrong in WRONG} == {400}
    assert editor.post("/shared-links", data={**FORM, "view": "/?wave=2031"}).status_code == 404
    assert list_links(sqlite_engine, "default") == []


def test_viewers_do_not_share(people: TestClient) -> None:
    """They are offered the PDF, no link, and may not see those of others."""
    page = sign_in(people, "Vic").get("/").text
    assert 'href="/reports/all.pdf?language=en"' in page
    assert 'popovertarget="share"' not in page
    assert people.get("/shared-links").status_code == 403
    assert people.post("/shared-links", data=FORM).status_code == 403
    assert 'popovertarget="share"' in sign_in(people, "Eda").get("/").text
