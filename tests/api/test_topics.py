"""`/v1/topics` and `/v1/topic-edits`: edits are shown at once and stay after the next analysis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.settings import Settings
from tests.builders.analysed_topics import run


@pytest.fixture
def client(topics_store: Path, annotator: Annotator) -> Any:
    """An HTTP client on that store."""
    engine = store.open_store(f"sqlite:///{topics_store}")
    with TestClient(create_app(Settings(), Resources(engine, "default", annotator))) as client:
        yield client


def test_topics_are_read_and_edited_over_http(client: TestClient, topics_store: Path, annotator: Annotator) -> None:
    """Every kind of edit is shown at once, kept with author and note, holds after an analysis, and can be undone."""
    topics = client.get("/v1/topics").json()["topics"]
    one, two, three, four, five, *_ = (topic["id"] for topic in topics)
    assert all(topic["first_seen"] for topic in topics)
    assert all(topic["stability"] is None or 0 <= topic["stability"] <= 1 for topic in topics)
    read_three = client.get(f"/v1/topics/{three}").json()
    example = read_three["examples"][0]["comment"]
    stray = client.get(f"/v1/topics/{four}").json()["examples"][-1]["comment"]
    assert [event["fate"] for event in read_three["lineage"]] == ["found"]
    for number, body in enumerate(
        (
            {"kind": "rename", "topic": one, "name": "Name of ours"},
            {"kind": "merge", "topic": two, "into": one},
            {"kind": "split", "topic": three, "name": "Split off", "examples": [example]},
            {"kind": "move", "topic": four, "comment": stray, "into": one},
            {"kind": "ignore", "topic": five},
            {"kind": "pin", "topic": four},
            {"kind": "adopt", "topic": three, "name": "Our own theme"},
            {"kind": "create", "name": "Ours", "theme": "support", "polarity": "negative", "texts": ["Nobody answers"]},
        ),
        1,
    ):
        answer = client.post("/v1/topic-edits", json={**body, "author": "Ada", "note": "weekly"})
        assert answer.status_code == 200, answer.text
        assert {"id": number, "kind": body["kind"], "author": "Ada", "note": "weekly"}.items() <= answer.json().items()
    run(topics_store, annotator)
    after = {topic["id"]: topic for topic in client.get("/v1/topics").json()["topics"]}
    assert after[one]["label"] == "Name of ours"
    assert two not in after
    assert (after[four]["is_pinned"], after[five]["is_ignored"], after[three]["is_adopted"]) == (True, True, True)
    assert any(topic["label"] == "Split off" for topic in after.values())
    assert next(iter(after)) == four
    assert list(after)[-1] == five
    history = client.get("/v1/topic-edits").json()["edits"]
    assert [edit["id"] for edit in history] == list(range(8, 0, -1))
    assert {edit["standing"] for edit in history} == {"stands"}
    assert after[history[0]["made"]]["label"] == "Ours"
    undone = client.post("/v1/topic-edits/2/undo", json={"author": "Bob"})
    assert (undone.status_code, undone.json()["kind"]) == (200, "undo")
    assert two in {topic["id"] for topic in client.get("/v1/topics").json()["topics"]}
    assert client.get("/v1/topic-edits").json()["edits"][-2]["undone_by"] == 9


def test_what_is_wrong_with_an_edit_is_said_where_it_is(client: TestClient) -> None:
    """The pointers lead to places of the body, which has one of several shapes."""
    answer = client.post("/v1/topic-edits", json={"kind": "rename", "topic": 7, "names": "x"})
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert (answer.status_code, pointers) == (422, ["#/topic", "#/name", "#/names"])


def test_http_refusals_are_problem_documents(client: TestClient) -> None:
    """Each refusal has its own type and status, and a detail."""
    one, two, *_ = (topic["id"] for topic in client.get("/v1/topics").json()["topics"])
    client.post("/v1/topic-edits", json={"kind": "merge", "topic": two, "into": one, "author": "Ada"})
    by = {"author": "Ada"}
    for method, url, body, status, kind in (
        ("GET", "/v1/topics/nope", None, 404, "topic-not-found"),
        ("GET", f"/v1/topics/{two}", None, 409, "topic-ended"),
        ("POST", "/v1/topic-edits", {"kind": "pin", "topic": "nope", **by}, 404, "topic-not-found"),
        ("POST", "/v1/topic-edits", {"kind": "pin", "topic": two, **by}, 409, "topic-ended"),
        ("POST", "/v1/topic-edits", {"kind": "merge", "topic": one, "into": one, **by}, 400, "invalid-input"),
        ("POST", "/v1/topic-edits", {"kind": "adopt", "topic": one, "name": "Price", **by}, 409, "conflict"),
        (
            "POST",
            "/v1/topic-edits",
            {"kind": "create", "name": "x", "theme": "price", "polarity": "negative", **by},
            400,
            "invalid-input",
        ),
        ("POST", "/v1/topic-edits", {"kind": "pin", "topic": one}, 400, "invalid-input"),
        ("POST", "/v1/topic-edits", {"kind": "praise", "topic": one, **by}, 422, "invalid-request"),
        ("POST", "/v1/topic-edits/99/undo", by, 404, "edit-not-found"),
    ):
        answer = client.request(method, url, json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), body
        assert answer.json()["type"] == f"urn:saywhy:problem:{kind}"
        assert answer.json()["detail"]
