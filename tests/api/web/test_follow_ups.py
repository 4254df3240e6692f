"""Follow-ups: the list, a case, and who may change it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from models.annotator import Annotator
from saywhy.access import Role
from saywhy.case import CaseChange, CaseState, Outcome
from service.cases import change_case, read_case
from tests.api.web.visitors import visitor
from tests.builders.extreme_reports import HOSTILE_TEXT
from tests.builders.followed_up import WORKSPACE, anonymous, answer, case_of, save

HOSTILE = HOSTILE_TEXT.encode("utf-8", "replace").decode().replace("\0", "")


@pytest.fixture
def cases(sqlite_engine: Engine) -> Engine:
    """Cases 1 to 4: two of detractors, of which the second is overdue, one of a passive, one of a promoter."""
    now = datetime.now(UTC)
    save(sqlite_engine, answer(1, 0, "Slow. Write to jo@x.example", account="Birch", revenue=900), now=now)
    save(sqlite_engine, answer(2, 3, HOSTILE, account="Acme"), now=now - timedelta(days=3))
    save(sqlite_engine, answer(3, 7, account="Cedar"), answer(4, 10, account="Dale"), now=now)
    return sqlite_engine


@pytest.fixture
def editor(cases: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """The browser of an editor."""
    with visitor(cases, annotator, Role.EDITOR) as client:
        yield client


def order(page: str, *names: str) -> list[str]:
    """The names that the page has, in the order in which they are there."""
    return sorted((name for name in names if f">{name}</a>" in page), key=lambda name: page.index(f">{name}</a>"))


NAMES = ("Acme", "Birch", "Cedar", "Dale")


def test_what_is_overdue_comes_first(editor: TestClient) -> None:
    """Then what else is open, detractors before passives and promoters; the page says how many wait."""
    page = editor.get("/follow-ups?whose=everybody").text
    assert order(page, *NAMES) == ["Acme", "Birch", "Cedar", "Dale"]
    assert "4 customers wait for an answer; 1 is overdue." in page
    assert "2 days overdue" in page
    assert "900 annual revenue" in page
    assert order(editor.get("/follow-ups?whose=everybody&state=overdue").text, *NAMES) == ["Acme"]
    assert order(editor.get("/follow-ups?whose=everybody&group=passive").text, *NAMES) == ["Cedar"]
    assert "No case matches" in editor.get("/follow-ups?whose=everybody&state=ended").text


def test_people_see_their_own_cases_first(editor: TestClient, cases: Engine) -> None:
    """By default; a button makes a case one's own, once: whoever presses it later is told that somebody was faster."""
    assert "You have no open cases" in editor.get("/follow-ups").text
    taken = editor.post("/follow-ups/2/take", data={"version": "1", "next": "/follow-ups"})
    assert (taken.url.path, order(taken.text, *NAMES)) == ("/follow-ups", ["Acme"])
    assert "Mine (1)" in taken.text
    assert read_case(cases, WORKSPACE, 2).case.owner == "editor"
    assert order(editor.get("/follow-ups?whose=nobody").text, *NAMES) == ["Birch", "Cedar", "Dale"]
    assert editor.post("/follow-ups/2/take", data={"version": "1"}).status_code == 409
    change_case(cases, WORKSPACE, 3, CaseChange(owner="Bo & Co"), author="Bo")
    assert order(editor.get("/follow-ups", params={"owner": "Bo & Co"}).text, *NAMES) == ["Cedar"]


def test_a_case_is_worked_on(editor: TestClient, cases: Engine) -> None:
    """Contacted with a note, then resolved with an outcome; the page shows who did what."""
    number = case_of(cases, "1")
    page = editor.get(f"/follow-ups/{number}").text
    assert "Customer was contacted" in page
    assert 'name="outcome"' not in page
    changes = (
        {"version": "1", "state": "contacted", "owner": "Ada", "note": "Called <b>"},
        {"version": "2", "state": "resolved", "owner": "Ada", "outcome": "recovered"},
    )
    for change in changes:
        answered = editor.post(f"/follow-ups/{number}", data=change)
        assert (answered.status_code, answered.url.path) == (200, f"/follow-ups/{number}")
    assert "Called &lt;b&gt;" in answered.text
    assert answered.text.count("<b>editor</b>") == 2
    case = read_case(cases, WORKSPACE, number).case
    assert (case.state, case.owner, case.outcome) == (CaseState.RESOLVED, "Ada", Outcome.RECOVERED)
    assert "Recovered" in editor.get("/follow-ups?whose=everybody&state=ended").text
    freed = editor.post(f"/follow-ups/{number}", data={"version": "3", "owner": ""})
    assert "No owner any more" in freed.text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"version": "7", "note": "x"}, 409),
        ({"version": "1", "state": "resolved"}, 409),
        ({"version": "1", "outcome": "recovered"}, 400),
        ({"version": "1", "state": "lost"}, 400),
        ({"version": "1", "note": "x" * 4001}, 400),
        ({"version": "²", "note": "x"}, 400),
        ({"note": "x"}, 400),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(
    editor: TestClient, cases: Engine, sent: dict[str, str], status: int
) -> None:
    """It is refused with the status of its kind, as a page."""
    refused = editor.post("/follow-ups/1", data=sent)
    assert (refused.status_code, refused.text.startswith("<!doctype html>")) == (status, True)
    assert read_case(cases, WORKSPACE, 1).case.version == 1
    assert editor.get("/follow-ups/99").status_code == 404


def test_viewers_see_cases_and_change_none(cases: Engine, annotator: Annotator) -> None:
    """No form to change, and a change is refused; names and addresses are not for them."""
    with visitor(cases, annotator, Role.VIEWER) as viewer:
        pages = [viewer.get(f"/follow-ups{path}").text for path in ("?whose=nobody", "/1", "/2")]
        for page in pages:
            assert 'name="version"' not in page
            assert "x.example" not in page
            assert "Name c-1" not in page
        assert "Slow." in pages[0]
        for path in ("/follow-ups/1", "/follow-ups/1/take"):
            assert viewer.post(path, data={"version": "1"}).status_code == 403
    with visitor(cases, annotator, Role.ADMIN) as admin:
        assert "jo@x.example" in admin.get("/follow-ups/1").text


def test_comments_are_texts(editor: TestClient) -> None:
    """Markup in them does nothing, and what could reorder the text around them is taken out."""
    for path in ("/follow-ups?whose=everybody", "/follow-ups/2"):
        page = editor.get(path).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page
        assert "\u202e" not in page


def test_a_long_list_has_pages(sqlite_engine: Engine, annotator: Annotator) -> None:
    """All cases are on one of them, and none is on two."""
    save(sqlite_engine, *(answer(n, n % 11, account=f"A{n:02}") for n in range(60)), now=datetime.now(UTC))
    names, path = [f"A{n:02}" for n in range(60)], "/follow-ups"
    with visitor(sqlite_engine, annotator, None) as client:
        seen: list[str] = []
        for _ in range(3):
            page = client.get(path).text
            seen += order(page, *names)
            if "Further cases" in page:
                path = page.rpartition('">Further cases')[0].rpartition('href="')[2].replace("&amp;", "&")
        assert "Further cases" not in page
    assert (len(seen), set(seen)) == (60, set(names))
    assert client.get("/follow-ups?cursor=nonsense").status_code == 400


def test_anonymous_workspaces_have_no_cases(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Neither a list nor a case; the page says that it was promised."""
    anonymous(sqlite_engine)
    with visitor(sqlite_engine, annotator, None) as client:
        for path in ("/follow-ups", "/follow-ups/1"):
            refused = client.get(path)
            assert refused.status_code == 409
            assert "promised" in refused.text
            assert "Slow" not in refused.text
        assert client.post("/follow-ups/1", data={"version": "1", "note": "x"}).status_code == 409
