"""What all pages have: who may see them, errors as pages, language and theme, static files, the policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.http.auth import COOKIE
from api.web.pages import PAGES
from api.web.static_files import static_files
from saywhy.access import Scope
from saywhy.errors import StoreUnavailable
from saywhy.settings import Settings
from tests.api import PROBLEM
from tests.api.test_keys import client_of
from tests.api.web.conftest import sign_in
from tests.builders.access import bearing, check_at_once, key_of

HTMX = {"hx-request": "true", "hx-current-url": "http://testserver/?mark=new", "accept": "text/html"}


def routes_of(router: APIRouter) -> Iterator[APIRoute]:
    """The routes of a router, and of those that it includes."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from routes_of(route.original_router)  # type: ignore[attr-defined]


ROUTES = [
    (method, re.sub(r"{\w+(:\w+)?}", "1", route.path))
    for page in PAGES
    for route in routes_of(page.router)
    for method in route.methods or ()
    # One ending of tables and one of charts: the others are the same route.
    if not route.path.endswith((".xlsx", ".json", ".png"))
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_page_is_for_strangers(
    method: str, path: str, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every route of every page leads to the form, or refuses, and asks for a scope of whoever has signed in."""
    check_at_once(monkeypatch)
    with client_of(sqlite_engine) as client:
        key = key_of(sqlite_engine, "default", {Scope.CLASSIFY})
        answer = client.request(method, path, headers={"accept": "text/html"}, follow_redirects=False)
        assert answer.status_code == (303 if method == "GET" else 401)
        assert answer.headers.get("location", "/sign-in").startswith("/sign-in")
        assert bearing(client, key).request(method, path, data={} if method == "POST" else None).status_code == 403


def test_a_page_leads_to_the_form_and_signing_out_ends_the_session(people: TestClient) -> None:
    """The name of who is signed in is on the page, and what only editors may is not offered to viewers."""
    assert people.get("/?mark=new", follow_redirects=False).headers["location"] == "/sign-in?next=%2F%3Fmark%3Dnew"
    page = sign_in(people, "Vic").get("/")
    assert "<dd>Vic</dd>" in page.text
    assert 'action="/notes"' not in page.text
    assert people.post("/notes", data={"wave": "W1", "text": "x", "next": "/"}).status_code == 403
    left = people.post("/sign-out", follow_redirects=False)
    assert (left.status_code, left.headers["location"], people.cookies.get(COOKIE)) == (303, "/sign-in", None)
    assert people.get("/", follow_redirects=False).status_code == 303
    assert 'action="/notes"' in sign_in(people, "Eda").get("/").text


def test_a_session_that_ended_under_a_page_leads_back_to_it(people: TestClient) -> None:
    """Where htmx asked for a part, the browser leaves for the form, from which it comes back to the page."""
    for method in ("GET", "POST"):
        answer = people.request(method, "/", headers=HTMX, follow_redirects=False)
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=%2F%3Fmark%3Dnew")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "There is nothing here."),
        ("de", "Hier ist nichts."),
        ("zh-CN", "这里什么也没有。"),
        ("zh-TW", "這裡什麼也沒有。"),
    ],
)
def test_errors_are_pages_for_people_and_problems_for_programs(
    app_client: TestClient, language: str, title: str
) -> None:
    """In the language of the reader, with the way to the overview."""
    page = app_client.get("/nowhere", headers={"accept-language": language})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f"<h1>{title}</h1>" in page.text
    assert page.headers["cache-control"] == "no-store"
    for path, accept in (("/nowhere", "*/*"), ("/v1/nowhere", "text/html"), ("/?wave=nowhere", "application/json")):
        answer = app_client.get(path, headers={"accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    ("path", "status"), [("/?wave=2031", 404), ("/?sort=random", 422), ("/?wave=" + "x" * 501, 422), ("/notes", 405)]
)
def test_what_cannot_be_is_said_on_a_page(app_client: TestClient, path: str, status: int) -> None:
    """Whatever is wrong with an address."""
    page = app_client.get(path)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "<h1>" in page.text


def test_a_part_that_fails_leaves_the_page_and_says_why(app_client: TestClient) -> None:
    """htmx is told to put the error into the place for notices, and to leave the address as it is."""
    answer = app_client.get("/?wave=2031", headers={**HTMX, "hx-target": "div#overview"})
    assert answer.status_code == 404
    assert (answer.headers["hx-retarget"], answer.headers["hx-push-url"]) == ("#notices", "false")
    assert 'role="alert"' in answer.text
    assert "<html" not in answer.text


def test_a_store_that_is_gone_is_a_page(app_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the time after which to try again, and without what is only for the log."""

    def fail(*_: object) -> None:
        raise StoreUnavailable("postgresql://secret@db is gone")

    monkeypatch.setattr("api.web.pages.overview.reading.list_waves", fail)
    page = app_client.get("/?mark=new")
    assert (page.status_code, page.headers["retry-after"]) == (503, "2")
    assert 'href="/?mark=new"' in page.text
    assert "secret" not in page.text


def test_a_bug_is_a_page(client: TestClient) -> None:
    """Without what went wrong, with all security headers."""
    page = client.get("/bug", headers={"accept": "text/html"})
    assert page.status_code == 500
    assert "hunter2" not in page.text
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_language_and_theme_are_kept(app_client: TestClient) -> None:
    """In cookies that scripts cannot read; the form leads back to the page, never to another site."""
    choice = {"language": "de", "theme": "dark", "next": "/?mark=new"}
    answer = app_client.post("/preferences", data=choice, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?mark=new")
    assert "httponly" in answer.headers["set-cookie"].lower()
    page = app_client.get("/").text
    assert '<html lang="de" data-theme="dark">' in page
    assert '<html lang="de"' in app_client.get("/reports/all").text
    assert '<html lang="de"' in app_client.get("/sign-in").text
    away = app_client.post("/preferences", data={"next": "//evil.example"}, follow_redirects=False)
    assert away.headers["location"] == "/"
    assert app_client.post("/preferences", data={"language": "fr"}).status_code == 400
    odd = app_client.post("/preferences", data={"theme": "pink"}, follow_redirects=False)
    assert "set-cookie" not in odd.headers


def test_foreign_pages_cannot_write(app_client: TestClient) -> None:
    """A form on a page of another site is refused, whatever it sends."""
    sent = {"wave": "W1", "text": "x", "next": "/"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert app_client.post("/notes", data=sent, headers=headers).status_code == 403
    assert "pinned" not in app_client.get("/").text


def test_static_files_are_kept_by_their_content(app_client: TestClient) -> None:
    """The page names each with a hash; under that address browsers keep it, under another one they do not."""
    page = app_client.get("/").text
    paths = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert {path.rpartition("/")[2] for path in paths} >= {"report.css", "app.css", "htmx.min.js", "overview.css"}
    for path in paths:
        answer = app_client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.content == static_files()[path.rpartition("/")[2]].content
    assert app_client.get("/static/0000000000000000/app.css").headers["cache-control"] == "no-store"
    for wrong in ("/static/x/nowhere.css", "/static/x/..%2f..%2fapp.py", "/static/"):
        assert app_client.get(wrong).status_code == 404


def test_the_policy_allows_files_of_this_server_only(app_client: TestClient) -> None:
    """Nothing inline, nothing from elsewhere, and no frame around it."""
    policy = app_client.get("/").headers["content-security-policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert parts["script-src"] == parts["style-src"] == parts["connect-src"] == parts["form-action"] == "'self'"
    assert "unsafe" not in policy


def test_a_page_that_has_not_changed_is_not_sent_again(app_client: TestClient) -> None:
    """It has an entity tag, and caches keep its parts and the languages apart."""
    first = app_client.get("/")
    assert app_client.get("/", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert "private" in first.headers["cache-control"]
    assert {"Cookie", "HX-Request", "HX-Target", "Accept-Language"} <= set(first.headers["vary"].split(", "))


def test_links_lead_below_the_folder_that_a_proxy_serves(sqlite_engine: Engine) -> None:
    """Every address on the page begins with it."""
    with client_of(sqlite_engine, Settings()) as client:
        client.app.root_path = "/nps"  # type: ignore[attr-defined]
        page = client.get("/nps/", headers={"accept": "text/html"})
        assert page.status_code == 200
        addresses = re.findall(r'(?:href|src|action)="([^"#]+)"', page.text)
        assert len(addresses) > 5
        assert [address for address in addresses if not address.startswith("/nps/")] == []
