"""`/v1/topic-proposals`: merges that a language model proposed, accepted and dismissed over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from saywhy import store
from saywhy.settings import Settings
from tests.builders.proposed_merges import AT, fill
from tests.doubles import FakeAnnotator

BY = {"author": "Ada", "note": "weekly"}


@pytest.fixture
def client(sqlite_engine: Engine) -> Iterator[TestClient]:
    """An HTTP client on a store with two open proposals."""
    workspace_id = fill(sqlite_engine)
    with sqlite_engine.begin() as connection:
        proposals = [("hours", "performance.slow", "Both wait."), ("nurses", "staff", "Both praise people.")]
        store.merge_proposals.add(connection, workspace_id, proposals, at=AT)
    resources = Resources(sqlite_engine, "default", FakeAnnotator())
    with TestClient(create_app(Settings(), resources)) as client:
        yield client


def test_proposals_are_listed_accepted_and_dismissed(client: TestClient) -> None:
    """With what became of each; the merge is among the edits and can be undone."""
    second, first = client.get("/v1/topic-proposals").json()["proposals"]
    assert first == {
        "id": 1,
        "topic": "hours",
        "into": "performance.slow",
        "topic_label": "Hours for a file",
        "into_label": "App is slow",
        "reason": "Both wait.",
        "at": "2026-02-03T08:30:00Z",
        "is_open": True,
        "decision": None,
        "author": None,
        "decided_at": None,
        "note": None,
        "edit": None,
    }
    assert second["is_open"]
    edit = client.post("/v1/topic-proposals/1/accept", json=BY).json()
    assert {"kind": "merge", "topic": "hours", **BY}.items() <= edit.items()
    dismissed = client.post("/v1/topic-proposals/2/dismiss", json=BY).json()
    assert {"decision": "dismissed", "is_open": False, "edit": None, **BY}.items() <= dismissed.items()
    after = {entry["id"]: entry for entry in client.get("/v1/topic-proposals").json()["proposals"]}
    assert {"decision": "accepted", "edit": edit["id"], "topic_label": None}.items() <= after[1].items()
    topics = {topic["id"] for topic in client.get("/v1/topics").json()["topics"]}
    assert "hours" not in topics
    assert client.post(f"/v1/topic-edits/{edit['id']}/undo", json=BY).status_code == 200
    assert "hours" in {topic["id"] for topic in client.get("/v1/topics").json()["topics"]}


def test_refusals_are_problem_documents(client: TestClient) -> None:
    """Unknown proposals, decided ones, and requests without an author."""
    client.post("/v1/topic-proposals/1/accept", json=BY)
    for path, body, status, kind in (
        ("9/accept", BY, 404, "proposal-not-found"),
        ("9/dismiss", BY, 404, "proposal-not-found"),
        ("1/dismiss", BY, 409, "conflict"),
        ("2/accept", {}, 400, "invalid-input"),
        ("two/accept", BY, 422, "invalid-request"),
    ):
        answer = client.post(f"/v1/topic-proposals/{path}", json=body)
        assert (answer.status_code, answer.json()["type"]) == (status, f"urn:saywhy:problem:{kind}"), path


def test_a_definition_is_read_and_set(client: TestClient) -> None:
    """A rename may say what the topic is about; then a person has said so."""
    topics = {topic["id"]: topic for topic in client.get("/v1/topics").json()["topics"]}
    assert topics["hours"]["definition"] is None
    body = {"kind": "rename", "topic": "hours", "name": "Slow files", "definition": "Files take hours.", **BY}
    assert client.post("/v1/topic-edits", json=body).status_code == 200
    read = client.get("/v1/topics/hours").json()
    assert read["definition"] == {"texts": {"und": "Files take hours."}, "is_proposed": False}
