"""The page of a cause: what it shows, what its forms do, and who may."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.handling import Aside, HandlingField
from saywhy.issue import CauseKey
from saywhy.settings import Settings
from service.causes import CauseMoved, read_cause, shares_by_wave
from service.handling import change_handling, read_handling
from service.reports.reading import read_report
from service.topics.views import list_topics
from tests.api.web.conftest import BROWSER, sign_in
from tests.api.web.page_types import web_of
from tests.api.web.samples.cause import samples
from tests.builders.exported_survey import fill
from tests.builders.reports import FULL, INVOICES

SUPPORT = "/causes/theme:support"
SLOW = "/causes/topic:slow"


@pytest.fixture
def topics_client(sqlite_engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A browser, and a workspace with two topics, of which the report ranks one."""
    fill(sqlite_engine, with_report=True)
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "acme", annotator))) as client:
        client.headers.update(BROWSER)
        yield client


def text_of(page: str) -> str:
    """What people read of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)))


def send(client: TestClient, path: str, **fields: str | list[str]) -> str:
    """The text of the page to which a form leads."""
    answer = client.post(path, data=fields)
    assert answer.status_code == 200, text_of(answer.text)
    return text_of(answer.text)


def test_the_ranking_leads_to_a_page_with_the_evidence(app_client: TestClient, sqlite_engine: Engine) -> None:
    """Points with their interval, quotes by group with the clause marked, and the waves as chart and table."""
    overview = app_client.get("/").text
    [path] = set(re.findall(rf'href="({SUPPORT})"', overview))
    page = app_client.get(path).text
    report = read_report(sqlite_engine, "default", "all")
    [issue] = [issue for issue in report.issues if issue.id == "support"]
    assert f"{issue.low:.1f} to {issue.high:.1f}" in text_of(page)
    assert re.search(r"<mark>slow support</mark> \d+", page)
    assert f"Detractors 0–6 {issue.detractors}" in text_of(page)
    assert '<polyline class="line"' in page
    shares = shares_by_wave(issue, report)
    assert [(share.wave, share.mentions) for share in shares] == [("W1", 24), ("W2", 1), ("W3", 2)]
    assert [share.rate.value for share in shares] == [24 / 80, 1 / 80, 2 / 80]
    for share in shares:
        assert share.rate.low < share.rate.value < share.rate.high
        assert share.wave in text_of(page)


def test_a_wave_is_chosen_in_the_address(app_client: TestClient) -> None:
    """Its report and its quotes are shown; a wave that is not there is an error."""
    page = text_of(app_client.get(f"{SUPPORT}?wave=W1").text)
    assert "Detractors 0–6 24" in page
    assert app_client.get(f"{SUPPORT}?wave=nowhere").status_code == 404
    assert app_client.get("/causes/topic:nowhere").status_code == 404
    assert app_client.get("/causes/nonsense").status_code == 404
    assert app_client.get(f"{SUPPORT}?side=both").status_code == 422


def test_people_say_how_far_they_are_and_take_it_back(app_client: TestClient) -> None:
    """Owner, ticket, effort and progress; what was done is said on the page, with a form that undoes it."""
    assert "Owner: – → Eda" in send(app_client, f"{SUPPORT}/owner", owner="Eda")
    page = app_client.post(f"{SUPPORT}/ticket", data={"ticket": "https://t.example/7"}).text
    assert '<a href="https://t.example/7" rel="noreferrer noopener">' in page
    assert 'href="javascript:' not in app_client.post(f"{SUPPORT}/ticket", data={"ticket": "javascript:alert(1)"}).text
    assert "Effort: – → 2 days" in send(app_client, f"{SUPPORT}/effort", effort="S")
    page = app_client.post(f"{SUPPORT}/progress", data={"progress": "being_fixed"}).text
    assert re.search(r'<li class="being_fixed" aria-current="step">', page)
    number = re.search(r'undo-change.*?name="number" value="(\d+)"', page, re.DOTALL)
    assert number
    assert "State: Being fixed → New" in send(app_client, f"{SUPPORT}/undo-change", number=number.group(1))
    assert app_client.post(f"{SUPPORT}/undo-change", data={"number": "x"}).status_code == 400
    assert app_client.post(f"{SUPPORT}/progress", data={"progress": "lost"}).status_code == 400
    assert app_client.post(f"{SUPPORT}/dance", data={"x": "y"}).status_code == 404


def test_a_fix_is_verified_with_points_back(app_client: TestClient) -> None:
    """With its release; its last step says how many points came back, and it can be marked as not fixed."""
    page = app_client.post(f"{SUPPORT}/fix", data={"wave": "W2", "release": "4.1"}).text
    assert re.search(r'<li class="verified" aria-current="step"><b>Verified</b> <span>\+[\d.]+ points back \(', page)
    assert "W2, release 4.1" in text_of(page)
    assert "Fixed: fixed from W2 on, release 4.1 → –" in send(app_client, f"{SUPPORT}/unfix", x="y")
    assert app_client.post(f"{SUPPORT}/fix", data={"date": "soon"}).status_code == 400
    assert app_client.post(f"{SUPPORT}/fix", data={"wave": "W2", "target": "many"}).status_code == 400


def test_a_fix_may_regress(app_client: TestClient) -> None:
    """Where more name it than the target."""
    page = app_client.post("/causes/theme:price/fix", data={"wave": "W2", "target": "1"}).text
    assert re.search(r'<li class="regressed" aria-current="step">', page)


def test_what_is_set_aside_leaves_the_ranking(app_client: TestClient) -> None:
    """Until a condition holds; the filter finds it meanwhile."""
    assert SUPPORT in app_client.get("/").text
    page = send(app_client, f"{SUPPORT}/aside", points="200", date="2199-01-01")
    assert "Ignored until it costs +200.0 points" in page
    assert f'{SUPPORT}"' not in app_client.get("/").text
    assert SUPPORT in app_client.get("/?mark=ignored").text
    assert "Jan 1, 2199 → –" in send(app_client, f"{SUPPORT}/resume", x="y")
    assert SUPPORT in app_client.get("/").text
    assert "Back again." in send(app_client, f"{SUPPORT}/aside", date="2020-01-01")
    assert app_client.post(f"{SUPPORT}/aside", data={"points": ""}).status_code == 400


def test_topics_are_corrected_in_place(topics_client: TestClient) -> None:
    """Renamed with a definition and a reason, pinned, ignored; each can be undone and restored."""
    fields = {"topic": "slow", "name": "Days without a reply", "definition": "Nobody answers.", "note": "plainer"}
    page = send(topics_client, f"{SLOW}/rename", **fields)
    assert "Named “Days without a reply” and defined: Nobody answers." in page
    assert "Figures follow with the next one." in page
    assert "plainer" in page
    assert "Pinned" in send(topics_client, f"{SLOW}/pin", topic="slow")
    assert "Left out of reports" in send(topics_client, f"{SLOW}/ignore", topic="slow")
    assert "Undone: Pinned" in send(topics_client, f"{SLOW}/undo-edit", number="2")
    assert "Undone: Undone: Pinned" in send(topics_client, f"{SLOW}/undo-edit", number="4")
    assert topics_client.post(f"{SLOW}/rename", data={"topic": "slow", "name": ""}).status_code == 400


def test_comments_are_split_off_and_moved(topics_client: TestClient, sqlite_engine: Engine) -> None:
    """The chosen ones; the page says where the new cause is, and without a choice what is missing."""
    [comment] = set(re.findall(r'name="comment" value="([0-9a-f]{64})"', topics_client.get(SLOW).text))
    fields = {"topic": "slow", "name": "No reply by phone", "comment": [comment]}
    page = topics_client.post(f"{SLOW}/split", data=fields).text
    made = id_of(sqlite_engine, "No reply by phone")
    new = f"/causes/topic:{made}"
    assert f'href="{new}"' in page
    assert "This report does not rank this cause" in text_of(topics_client.get(new).text)
    page = send(topics_client, f"{new}/move", topic=made, comment=[comment], into="slow")
    assert "A comment moved from “No reply by phone” to “Slow replies”" in page
    nothing = topics_client.post(f"{SLOW}/move", data={"topic": "slow", "into": made})
    assert (nothing.status_code, "tick their boxes" in nothing.text) == (400, True)


def id_of(engine: Engine, label: str) -> str:
    """The id of the topic with this label."""
    [topic] = [topic for topic in list_topics(engine, "acme") if topic.label == label]
    return topic.id


def test_a_cause_that_is_merged_or_adopted_has_moved(topics_client: TestClient, sqlite_engine: Engine) -> None:
    """Its old address leads to the new one; undoing leads back."""
    [comment] = set(re.findall(r'name="comment" value="([0-9a-f]{64})"', topics_client.get(SLOW).text))
    topics_client.post(f"{SLOW}/split", data={"topic": "slow", "name": "Phone", "comment": [comment]})
    phone = id_of(sqlite_engine, "Phone")
    merged = topics_client.post(
        f"/causes/topic:{phone}/merge", data={"topic": phone, "into": "slow"}, follow_redirects=False
    )
    assert merged.headers["location"] == f"{SLOW}?done=edit-2"
    moved = topics_client.get(f"/causes/topic:{phone}", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (303, SLOW)
    adopted = topics_client.post(f"{SLOW}/adopt", data={"topic": "slow", "name": "Our replies"}, follow_redirects=False)
    assert adopted.headers["location"] == "/causes/theme:our-replies?done=edit-3"
    page = text_of(topics_client.get(adopted.headers["location"]).text)
    assert "Made the theme “Our replies”" in page
    undone = topics_client.post(
        "/causes/theme:our-replies/undo-edit", data={"topic": "slow", "number": "3"}, follow_redirects=False
    )
    assert undone.headers["location"] == f"{SLOW}?done=edit-4"


def test_who_may_only_read_gets_no_forms(people: TestClient) -> None:
    """And what they send all the same is refused; of who may edit, the name is in the history."""
    page = sign_in(people, "Vic").get(SUPPORT).text
    assert 'method="post" action="/causes' not in page
    assert people.post(f"{SUPPORT}/owner", data={"owner": "Vic"}).status_code == 403
    people.post("/sign-out")
    assert "Owner: – → Eda Eda · " in send(sign_in(people, "Eda"), f"{SUPPORT}/owner", owner="Eda")


def test_a_part_is_enough_for_htmx(app_client: TestClient) -> None:
    """After a form, the part of the page with the cause, and its address for the browser."""
    headers = {"hx-request": "true", "hx-target": "div#cause", "hx-current-url": "http://testserver/"}
    answer = app_client.post(f"{SUPPORT}/owner", data={"owner": "Eda"}, headers=headers)
    assert answer.text.strip().startswith('<div id="cause"')
    assert answer.headers["hx-push-url"] == SUPPORT


def test_anonymous_workspaces_show_what_was_published(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Quotes of the report without scores; no customers, waves, segments or fixes, and nothing of hidden topics."""
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        store.workspaces.promise_anonymity(connection, workspace)
        run = store.runs.start(connection, workspace, "core-1")
        store.reports.save(connection, workspace, run.id, replace(FULL, wave="all"))
    change_handling(sqlite_engine, "default", "topic:topic-17", {HandlingField.ASIDE: Aside(points=1.0)}, by="Ada")
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator))) as client:
        client.headers.update(BROWSER)
        page = client.get("/causes/topic:topic-17").text
        assert INVOICES.label in page
        assert "<mark>" in page
        for hidden in ("<span>Score", 'id="who"', 'id="where"', 'id="when"', "/fix", 'name="comment"', "1,284,500"):
            assert hidden not in page
        assert client.get("/causes/topic:hidden").status_code == 404
        for action, fields in (("fix", {"wave": "2026-Q2"}), ("split", {"topic": "x", "name": "y", "comment": ["a"]})):
            assert client.post(f"/causes/topic:topic-17/{action}", data=fields).status_code in (400, 404, 409)
    assert read_handling(sqlite_engine, "default", "topic:topic-17")[0].aside is not None


def test_what_people_write_is_text(app_client: TestClient) -> None:
    """Hostile owners, tickets and releases are shown, and are never markup or formulas that run."""
    hostile = "<script>alert(1)</script>=cmd\u202e"
    for action, name in (("owner", "owner"), ("ticket", "ticket")):
        page = app_client.post(f"{SUPPORT}/{action}", data={name: hostile}).text
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;=cmd" in page
    assert samples(web_of())


def test_a_topic_that_became_a_theme_is_found(topics_client: TestClient, sqlite_engine: Engine) -> None:
    """By the key that it had."""
    report, frame = read_report(sqlite_engine, "acme", "all"), load_code_frame()
    topics_client.post(f"{SLOW}/adopt", data={"topic": "slow", "name": "Replies"})
    moved = read_cause(sqlite_engine, "acme", CauseKey("topic", "slow"), report, report, code_frame=frame)
    assert moved == CauseMoved(CauseKey("theme", "replies"))
