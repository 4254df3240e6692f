"""The comments: filters in the address, pages, corrections, and the same as files."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from api.web.pages.comments.filters import Filters
from models.annotator import Annotator
from saywhy import store
from saywhy.access import Role
from saywhy.errors import InvalidInput
from saywhy.feedback import Comment, Response, Score, Segment
from saywhy.settings import Settings
from saywhy.store import Engine
from service.analysis import analyse
from service.corrections import list_corrections
from service.people import add_person
from service.workspaces import create, promise_anonymity
from tests.api.test_sessions import PASSWORD
from tests.api.web.conftest import BROWSER, sign_in
from tests.builders.access import check_at_once

HOSTILE = "<script>alert(1)</script> the \u202einvoice was wrong"
FORMULA = "=cmd|'/C calc'!A0 Nobody answers the phone"


@pytest.fixture(scope="module")
def analysed_comments(analysed_topics: Path, annotator: Annotator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a survey with topics, a hostile comment and one that a spreadsheet would run."""
    path = Path(shutil.copy(analysed_topics, tmp_path_factory.mktemp("comments") / "store.db"))
    engine = store.open_store(f"sqlite:///{path}")
    with engine.begin() as connection:
        workspace = store.workspaces.find(connection, "default")
        segments = (Segment("region", "north"),)
        new = [
            Response("shop", "hostile", Score(1), Comment(HOSTILE), wave="w2", segments=segments),
            Response("shop", "formula", Score(3), Comment(FORMULA), wave="w2"),
        ]
        store.responses.save(connection, workspace, new)
    analyse(engine, "default", annotator, progress=lambda *_: None)
    engine.dispose()
    return path


@pytest.fixture
def engine(analysed_comments: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of that store."""
    engine = store.open_store(f"sqlite:///{shutil.copy(analysed_comments, tmp_path / 'store.db')}")
    yield engine
    engine.dispose()


@pytest.fixture
def client(engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A browser on this machine."""
    with TestClient(create_app(Settings(), Resources(engine, "default", annotator))) as client:
        client.headers.update(BROWSER)
        yield client


def cards(page: str) -> list[str]:
    """The ids of the comments on a page."""
    return re.findall(r'<article class="comment" id="comment-(\d+)"', page)


def test_every_choice_is_in_the_address() -> None:
    """Without what is chosen by default; and the address says what is searched for."""
    assert Filters().query() == {}
    filters = Filters(q=" slow ", group="passives", segment=("a=b", "c=d"), score="0", done="7")
    assert filters.query() == {
        "q": " slow ",
        "group": "passives",
        "segment": ["a=b", "c=d"],
        "score": "0",
        "done": "7",
    }
    search = filters.search()
    assert (search.text, search.meaning, search.score, len(search.segments)) == ("slow", None, 0, 2)
    assert Filters(q="slow", by="meaning").search().meaning == "slow"
    assert "done" not in filters.alone.query()
    with pytest.raises(InvalidInput, match="not a segment"):
        Filters(segment=("north",)).search()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("wave=w2", 2),
        ("source=shop&score=3", 1),
        ("segment=region%3Dnorth", 1),
        ("q=phone+answers&wave=w2", 1),
        ("q=%22answers+phone%22&wave=w2", 0),
        ("wave=w2&group=promoters", 0),
        ("q=Rechnung+falsch&by=meaning&wave=w2&score=1", 1),
    ],
)
def test_filters_find(client: TestClient, query: str, expected: int) -> None:
    """By wave, source, score, segment, words, phrases, meaning; where nothing is found, the page says so."""
    page = client.get(f"/comments?{query}").text
    assert len(cards(page)) == expected
    assert ("No comment matches" in page) == (not expected)


def test_the_list_is_read_page_by_page(client: TestClient) -> None:
    """Each comment once, by words and by meaning, and there is a way back."""
    for query in ("", "?q=too+expensive&by=meaning"):
        seen: list[str] = []
        href = f"/comments{query}"
        while True:
            page = client.get(href).text
            seen += cards(page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            if not following:
                break
            href = unescape(following[1])
        assert len(seen) == len(set(seen))
        assert ("First page" in page) == (len(seen) > 25)
        assert len(seen) > 5


def test_hostile_comments_are_texts(client: TestClient) -> None:
    """In the list and in the correction: no markup, no characters that reorder what is around them."""
    page = client.get("/comments?wave=w2&score=1").text
    [number] = cards(page)
    for shown in (page, client.get(f"/comments/{number}").text):
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown
        assert "\u202e" not in shown


def test_a_correction_is_kept_shown_and_taken_back(client: TestClient, engine: Engine) -> None:
    """The comment says so, on top of the list if the filters leave it out now; who corrected is in the history."""
    [number] = cards(client.get("/comments?wave=w2&score=3").text)
    panel = client.get(f"/comments/{number}?next=/comments?wave%3Dw2").text
    clause = re.search(r'name="clause" value="(\d+-\d+)"', panel)
    assert clause is not None
    next = "/comments?wave=w2&score=3&sentiment=negative"
    sent = {"kind": "sentiment", "value": "positive", "next": next}
    answer = client.post(f"/comments/{number}/corrections", data=sent)
    assert answer.url.query.decode() == f"wave=w2&score=3&sentiment=negative&done={number}"
    assert cards(answer.text) == [number]
    assert "Just corrected" in answer.text
    sent = {"kind": "theme", "value": "price", "clause": clause[1], "next": next}
    client.post(f"/comments/{number}/corrections", data=sent)
    history = client.get(f"/comments/{number}").text
    assert "Negative → Positive" in history
    assert "Price and value" in history
    assert len(list_corrections(engine, "default").entries) >= 2
    client.post(f"/comments/{number}/corrections", data={"kind": "sentiment", "withdraw": "1", "next": next})
    assert "Negative → Positive" not in client.get(f"/comments/{number}").text
    sent = {"kind": "span", "selected": "0-9", "clause": clause[1], "next": "//evil.example"}
    assert str(client.post(f"/comments/{number}/corrections", data=sent).url).startswith("http://testserver/comments")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"kind": "colour", "value": "red"}, 400),
        ({"kind": "sentiment"}, 400),
        ({"kind": "theme", "value": "nothing", "clause": "0-3"}, 404),
        ({"kind": "theme", "value": "price", "clause": "x"}, 400),
    ],
)
def test_what_cannot_be_corrected_is_said(client: TestClient, sent: dict[str, str], status: int) -> None:
    """On a page, and nothing changes."""
    [number] = cards(client.get("/comments?wave=w2&score=3").text)
    answer = client.post(f"/comments/{number}/corrections", data={**sent, "next": "/comments"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert client.get("/corrections.jsonl").text == ""


def test_many_are_corrected_at_once(client: TestClient) -> None:
    """Those that were selected, or all that the filters leave; the page says how many."""
    chosen = cards(client.get("/comments").text)[:2]
    answer = client.post("/comments/corrections", data={"sentiment": "mixed", "comment": chosen})
    assert "2 comments were corrected." in answer.text
    assert set(cards(client.get("/comments?sentiment=mixed").text)) >= set(chosen)
    answer = client.post("/comments/corrections?wave=w2", data={"theme": "price", "all": "1"})
    assert re.search("[12] comments? (was|were) corrected", answer.text)
    for wrong in ({"sentiment": "mixed"}, {"comment": chosen}, {"sentiment": "mixed", "theme": "price", "all": "1"}):
        assert client.post("/comments/corrections", data=wrong).status_code == 400


def test_the_same_address_with_an_ending_is_a_file(client: TestClient) -> None:
    """CSV, XLSX, JSONL of all that is found, with nothing that a spreadsheet runs."""
    answer = client.get("/comments.csv?wave=w2")
    assert answer.headers["content-disposition"] == 'attachment; filename="comments.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["Comment"][:5] for row in rows} == {"'=cmd", "<scri"}
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/comments.xlsx?wave=w2").content)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    lines = client.get("/comments.jsonl?q=invoice+is+wrong&by=meaning").text.splitlines()
    assert len(lines) > 3
    assert json.loads(lines[0])["comment"]
    whole = client.get("/comments.jsonl").text.splitlines()
    assert len(whole) > 25  # of all pages
    assert client.get("/comments.pdf").status_code == 404


def test_corrections_are_files(client: TestClient) -> None:
    """For training and for checks: who, when, of which model, and what was said."""
    [number] = cards(client.get("/comments?wave=w2&score=3").text)
    client.post(f"/comments/{number}/corrections", data={"kind": "sentiment", "value": "mixed", "next": "/comments"})
    [line] = client.get("/corrections.jsonl").text.splitlines()
    correction = json.loads(line)
    assert (correction["kind"], correction["value"], correction["text"]) == ("sentiment", "mixed", FORMULA)
    [row] = csv.DictReader(io.StringIO(client.get("/corrections.csv").content.decode("utf-8-sig")))
    assert row["Comment"] == f"'{FORMULA}"
    assert row["Clause from"] == ""


def test_viewers_read_and_do_not_correct(client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """No control is offered to them, and no correction is taken from them."""
    check_at_once(monkeypatch)
    add_person(engine, "default", "Vic", Role.VIEWER, PASSWORD)
    page = sign_in(client, "Vic").get("/comments?wave=w2").text
    [first, _] = cards(page)
    assert '/corrections"' not in page
    assert 'type="checkbox"' not in page
    assert f"/comments/{first}" not in page
    assert client.get(f"/comments/{first}").status_code == 403
    sent = {"kind": "sentiment", "value": "mixed", "next": "/comments"}
    assert client.post(f"/comments/{first}/corrections", data=sent).status_code == 403
    assert client.post("/comments/corrections", data={"sentiment": "mixed", "all": "1"}).status_code == 403


def test_an_anonymous_workspace_has_no_comments(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Neither as a page nor as a file."""
    create(sqlite_engine, "default")
    promise_anonymity(sqlite_engine, "default")
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator))) as client:
        client.headers.update(BROWSER)
        for path in ("/comments", "/comments/1", "/comments.csv", "/corrections.csv", "/comments?q=x&by=meaning"):
            assert client.get(path).status_code == 409, path
        assert client.post("/comments/corrections", data={"sentiment": "mixed", "all": "1"}).status_code == 409


def test_without_an_analysis_comments_are_read_and_meanings_are_not(
    sqlite_engine: Engine, annotator: Annotator
) -> None:
    """The page says what is missing; another model's vectors are not compared with this one's."""
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        store.responses.save(connection, workspace, [Response("test", "1", Score(1), Comment("Slow"))])
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator))) as client:
        client.headers.update(BROWSER)
        page = client.get("/comments").text
        [number] = cards(page)
        assert f'href="/comments/{number}' not in page
        assert "nothing to correct" in client.get(f"/comments/{number}").text
        assert client.get("/comments?q=x&by=meaning").status_code == 409
