"""The audit log, and by whom edits are: the name of the key or the person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from saywhy import store
from saywhy.errors import StoreUnavailable
from saywhy.feedback import Customer, Response, Score
from saywhy.settings import Settings
from service.schedules import start_due
from tests.api.test_keys import client_of
from tests.builders.access import bearing, check_at_once, key_of
from tests.builders.proposed_merges import AT, fill
from tests.doubles import FakeAnnotator

MAPPING = {"columns": ["score"], "roles": {}}


@pytest.fixture
def client(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client with a key called `CRM sync`, on a store with two topics and a proposed merge, of either kind."""
    check_at_once(monkeypatch)
    workspace_id = fill(engine)
    with engine.begin() as connection:
        store.merge_proposals.add(connection, workspace_id, [("hours", "performance.slow", "Both wait.")], at=AT)
        customer = Customer("ada@example.com")
        store.responses.save(connection, workspace_id, [Response("s", "1", Score(1), customer=customer)])
    app = create_app(Settings(), Resources(engine, "default", FakeAnnotator()))
    with TestClient(app) as client:
        yield bearing(client, key_of(engine, "default"))


def test_what_is_written_is_logged(client: TestClient) -> None:
    """Who, when, which route, of what; neither what was refused, nor what was only read, nor the name of a customer."""
    assert client.put("/v1/mappings/Shop survey", json=MAPPING).status_code == 200
    assert client.put("/v1/mappings/bad", json={}).status_code == 422
    assert client.delete("/v1/mappings/none").status_code == 404
    assert client.delete("/v1/keys/", follow_redirects=False).status_code == 307
    assert client.post("/v1/classify", json={"comments": [{"id": 1, "text": "slow"}]}).status_code == 200
    assert client.get("/v1/topics").status_code == 200
    assert client.delete("/v1/customers/ada@example.com").status_code == 200
    assert client.delete("/v1/mappings/Shop survey").status_code == 204
    answer = client.get("/v1/audit-log")
    told = [(entry["action"], entry["target"], entry["status"]) for entry in answer.json()["entries"]]
    assert told == [
        ("DELETE /v1/mappings/{name}", "Shop survey", 204),
        ("DELETE /v1/customers/{customer}", None, 200),
        ("PUT /v1/mappings/{name}", "Shop survey", 200),
    ]
    assert {(entry["actor_kind"], entry["actor"]) for entry in answer.json()["entries"]} == {("key", "CRM sync")}
    assert "ada@" not in answer.text


def test_the_log_is_read_in_pages(client: TestClient) -> None:
    """The latest first, then what was before."""
    for number in range(5):
        client.put(f"/v1/mappings/{number}", json=MAPPING)
    first = client.get("/v1/audit-log?limit=2").json()
    second = client.get("/v1/audit-log", params={"limit": 2, "cursor": first["next"]}).json()
    third = client.get("/v1/audit-log", params={"limit": 2, "cursor": second["next"]}).json()
    entries = first["entries"] + second["entries"] + third["entries"]
    assert [entry["target"] for entry in entries] == ["4", "3", "2", "1", "0"]
    assert third["next"] is None
    for query, status in (("limit=0", 422), ("limit=501", 422), ("cursor=7", 400)):
        assert client.get(f"/v1/audit-log?{query}").status_code == status


def test_odd_targets_are_kept(client: TestClient) -> None:
    """A name that databases cannot store does not keep the write from the log, nor the log from its other entries."""
    for name in ("a%00b", "%ED%A0%80", "x" * 5000):
        assert client.put(f"/v1/mappings/{name}", json=MAPPING).status_code < 500
    assert client.get("/v1/audit-log").status_code == 200


def test_what_cannot_be_logged_does_not_look_done(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the entry cannot be written, the response is 503."""

    def unavailable(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr("api.http.audit_trail.record", unavailable)
    answer = client.put("/v1/mappings/shop", json=MAPPING)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:saywhy:problem:store-unavailable")


def test_what_a_schedule_starts_is_by_the_schedule_and_whoever_added_it(client: TestClient, engine: Engine) -> None:
    """The key that added it, long after its request."""
    added = client.post("/v1/schedules", json={"kind": "analyse", "cron": "0 2 * * *"}).json()
    assert added["created_by"] == "CRM sync"
    with engine.begin() as connection:
        store.schedules.set_next(connection, added["id"], AT)
    assert start_due(engine) == 1
    latest = client.get("/v1/audit-log").json()["entries"][0]
    assert (latest["actor_kind"], latest["actor"]) == ("schedule", f"{added['id']}, added by CRM sync")
    assert (latest["action"], latest["target"], latest["status"]) == ("analyse", "1", None)


def test_edits_are_by_the_name_of_the_key(client: TestClient) -> None:
    """Whatever somebody else would like to be called; without a name in the body or with another one."""
    pin = {"kind": "pin", "topic": "hours"}
    edit = client.post("/v1/topic-edits", json={**pin, "note": "weekly"}).json()
    assert (edit["author"], edit["note"]) == ("CRM sync", "weekly")
    for path, body in (
        ("topic-edits", {"kind": "ignore", "topic": "hours"}),
        ("topic-edits/1/undo", {}),
        ("topic-proposals/1/accept", {}),
        ("topic-proposals/1/dismiss", {}),
    ):
        refused = client.post(f"/v1/{path}", json={**body, "author": "The boss"})
        assert (refused.status_code, refused.json()["type"]) == (400, "urn:saywhy:problem:invalid-input"), path
    assert client.post("/v1/topic-edits/1/undo", json={}).json()["author"] == "CRM sync"
    assert client.post("/v1/topic-proposals/1/dismiss", json={}).json()["author"] == "CRM sync"


def test_without_keys_whoever_edits_says_so(sqlite_engine: Engine) -> None:
    """On a server without keys the log has the local user, and edits the author that is given."""
    fill(sqlite_engine)
    with client_of(sqlite_engine) as client:
        pin = {"kind": "pin", "topic": "hours"}
        assert client.post("/v1/topic-edits", json=pin).status_code == 400
        assert client.post("/v1/topic-edits", json={**pin, "author": "Ada"}).json()["author"] == "Ada"
        entries = client.get("/v1/audit-log").json()["entries"]
    assert [(entry["actor_kind"], entry["action"]) for entry in entries] == [("local", "POST /v1/topic-edits")]
