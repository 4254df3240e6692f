"""`POST /v1/responses`: a batch of responses is saved once, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from api.v1 import responses
from models.annotator import Annotator
from saywhy import store
from saywhy.feedback import Customer, Response, Score, Segment
from saywhy.settings import Settings
from saywhy.store import Engine
from service.workspaces import create, promise_anonymity, renew_anonymity_key


@pytest.fixture
def client(engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A client of the application on an empty store of each kind."""
    create(engine, "default")
    with TestClient(create_app(Settings(), Resources(engine, "default", annotator))) as client:
        yield client


def stored(engine: Engine) -> dict[str, Response]:
    """The responses of the workspace by id."""
    with store.reading(engine) as connection:
        loaded = store.responses.load(connection, store.workspaces.find(connection, "default"))
        return {response.external_id: response for response in loaded}


def send(client: TestClient, *items: Any, source: str = "shop", **headers: str) -> dict[str, Any]:
    """Send responses that are accepted."""
    answer = client.post("/v1/responses", json={"source": source, "responses": items}, headers=headers)
    assert answer.status_code == 200, answer.json()
    result: dict[str, Any] = answer.json()
    return result


def test_the_example_is_saved_with_all_its_values(client: TestClient, engine: Engine) -> None:
    """All values are stored as they were sent, and sending them again changes nothing."""
    saved = client.post("/v1/responses", json=responses.REQUEST)
    assert saved.json() == {"new": 2, "changed": 0, "unchanged": 0, "rejected": []}
    first = stored(engine)["r-1001"]
    assert (first.source, first.score, first.wave) == ("shop", Score(3), "2026-Q2")
    assert first.comment is not None
    assert first.comment.verbatim == "The parcel came a week late, and nobody answered my mail."
    assert first.answered_at is not None
    assert first.answered_at.isoformat() == "2026-04-01T09:30:00+00:00"
    assert set(first.segments) == {Segment("region", "north"), Segment("plan", "pro"), Segment("plan", "yearly")}
    assert first.customer == Customer("c-17", account="Acme", revenue=Decimal(12000))
    assert client.post("/v1/responses", json=responses.REQUEST).json()["unchanged"] == 2


def test_a_later_response_completes_the_earlier_one(client: TestClient, engine: Engine) -> None:
    """null and what is left out overwrite nothing; a score of 0 is one; the other source has ids of its own."""
    assert send(client, {"id": "a", "score": 9}, source="other")["new"] == 1
    send(client, {"id": "a", "score": 0, "wave": "W1"})
    assert send(client, {"id": "a", "comment": "Too slow", "score": None})["changed"] == 1
    first = stored(engine)["a"]  # the later one of the two
    assert (first.source, first.wave) == ("shop", "W1")
    assert (first.score, first.comment and first.comment.verbatim) == (Score(0), "Too slow")


BAD: list[tuple[Any, str]] = [
    ({"id": "x", "score": 11}, "/score"),
    ({"id": "x", "score": 7.5}, "/score"),
    ({"id": "x", "score": "7"}, "/score"),
    ({"id": "x", "score": True}, "/score"),
    ({"id": "x", "score": 0, "scale": "1-5"}, "/score"),
    ({"id": "x", "score": 0, "scale": "stars"}, "/scale"),
    ({"id": "x", "score": 9, "group": "promoter"}, "/score"),
    ({"id": ""}, "/id"),
    ({"id": "x" * 501}, "/id"),
    ({"id": 7}, "/id"),
    ({"score": 7}, "/id"),
    ({"id": "a\0b"}, "/id"),
    ({"id": "\ud800"}, "/id"),
    ({"id": "x", "comment": "half \udc00"}, "/comment"),
    ({"id": "x", "comment": "x" * 200_000}, "/comment"),
    ({"id": "x", "answered_at": "yesterday"}, "/answered_at"),
    ({"id": "x", "answered_at": "0001-01-01T00:00:00+14:00"}, "/answered_at"),
    ({"id": "x", "answered_at": 1700000000}, "/answered_at"),
    ({"id": "x", "segments": {"": "north"}}, "/segments/"),
    ({"id": "x", "segments": {"region": "a\0b"}}, "/segments/region"),
    ({"id": "x", "segments": {"region": {"name": "north"}}}, "/segments/region"),
    ({"id": "x", "segments": {"a/b": ["north", ""]}}, "/segments/a~1b"),
    ({"id": "x", "customer": {"revenue": "NaN"}}, "/customer/revenue"),
    ({"id": "x", "customer": {"revenue": 1e300}}, "/customer/revenue"),
    ({"id": "x", "remark": "typo"}, "/remark"),
    (None, ""),
    ("x", ""),
    ([], ""),
]


def test_bad_responses_are_rejected_alone(client: TestClient, engine: Engine) -> None:
    """Each is named with its place and a reason, and those before and after it are saved."""
    items = [{"id": "first", "score": 1}, *(item for item, _ in BAD), {"id": "last", "score": 2}]
    body = json.dumps({"source": "shop", "responses": items})  # httpx cannot encode half a surrogate pair
    answer = client.post("/v1/responses", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    saved = answer.json()
    assert saved["new"] == 2
    assert set(stored(engine)) == {"first", "last"}
    rejected = {rejection["index"]: rejection for rejection in saved["rejected"]}
    for index, (item, pointer) in enumerate(BAD, 1):
        assert rejected[index]["pointer"] == f"#/responses/{index}{pointer}", item
        assert rejected[index]["detail"]
    assert len(rejected) == len(BAD)


def test_nothing_good_is_a_422(client: TestClient, engine: Engine) -> None:
    """If no response can be taken, the status says so, and the key may be used for the corrected request."""
    headers = {"Idempotency-Key": "k"}
    body = {"source": "shop", "responses": [{"id": "a", "score": 12}, {"id": "b", "customer": {"mail": "x"}}]}
    answer = client.post("/v1/responses", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "#/responses/0/score",
        "#/responses/1/customer/mail",
    ]
    good = [{"id": "a"}]
    wrong_bodies: list[Any] = [
        {"source": "s", "responses": []},
        {"responses": good},
        [],
        {"source": "", "responses": good},
    ]
    for wrong in wrong_bodies:
        assert client.post("/v1/responses", json=wrong, headers=headers).status_code == 422
    assert send(client, {"id": "a", "score": 10}, **headers)["new"] == 1
    assert len(stored(engine)) == 1


def test_a_repeated_request_gets_the_same_answer(client: TestClient, engine: Engine) -> None:
    """With its key, a request that is sent again is not counted again, though other requests came in between."""
    first = send(client, {"id": "a", "score": 1}, {"id": "b", "score": 99}, **{"Idempotency-Key": "k"})
    assert (first["new"], len(first["rejected"])) == (1, 1)
    send(client, {"id": "a", "score": 5})
    assert send(client, {"id": "a", "score": 1}, {"id": "b", "score": 99}, **{"Idempotency-Key": "k"}) == first
    assert stored(engine)["a"].score == Score(5)
    other = client.post(
        "/v1/responses", json={"source": "shop", "responses": [{"id": "c"}]}, headers={"Idempotency-Key": "k"}
    )
    assert other.status_code == 422
    assert "c" not in stored(engine)


def test_anonymous_workspaces_keep_their_rules(client: TestClient, engine: Engine) -> None:
    """No identity is stored, nor in the answer; saved responses never change, and waves without ids stay closed."""
    promise_anonymity(engine, "default")
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        unidentified = Response("file", "row-" + "0" * 24, Score(5), wave="closed")
        store.responses.save(connection, workspace_id, [unidentified])
    body = [
        {"id": "gwen", "score": 3, "wave": "open", "customer": {"email": "gwen@example.com"}},
        {"id": "yusuf", "score": 3, "wave": "closed"},
        {"id": "row-" + "1" * 24, "score": 3, "wave": "open"},
    ]
    saved = send(client, *body, **{"Idempotency-Key": "k"})
    assert saved["new"] == 1
    assert [rejection["pointer"] for rejection in saved["rejected"]] == ["#/responses/1/wave", "#/responses/2/id"]
    for score in (3, 9):  # whoever sends guesses does not learn which is right
        guess = send(client, {"id": "gwen", "score": score})
        assert guess == {"new": 0, "changed": 0, "unchanged": 1, "rejected": []}
    saved_response = next(response for response in stored(engine).values() if response.wave == "open")
    assert (saved_response.customer, saved_response.score) == (None, Score(3))
    with engine.begin() as connection:
        dump = str(connection.exec_driver_sql("SELECT * FROM answers").all()) + str(stored(engine))
    assert "gwen" not in dump  # a name that no hex digits spell
    assert "yusuf" not in dump


def test_waves_of_a_former_key_stay_closed(client: TestClient, engine: Engine) -> None:
    """Once an anonymous workspace has another key, a response of an earlier wave is rejected, and others are saved."""
    promise_anonymity(engine, "default")
    send(client, {"id": "ada", "score": 3, "wave": "W1"})
    renew_anonymity_key(engine, "default")
    saved = send(client, {"id": "ada", "score": 3, "wave": "W1"}, {"id": "ada", "score": 3, "wave": "W2"})
    assert saved["new"] == 1
    assert [rejection["pointer"] for rejection in saved["rejected"]] == ["#/responses/0/wave"]
    assert "key" in saved["rejected"][0]["detail"]


def test_a_customer_who_asks_for_it_becomes_a_case(client: TestClient) -> None:
    """A sent response of a detractor opens a case, once."""
    body = {"id": "r-1", "score": 2, "comment": "broken", "customer": {"id": "c-1"}}
    for _ in range(2):
        send(client, body)
    [case] = client.get("/v1/cases").json()["cases"]
    assert case["state"] == "open"


def test_a_body_of_another_kind_is_refused(client: TestClient) -> None:
    """Forms of other sites cannot send responses."""
    for media_type in ("text/plain", "application/x-www-form-urlencoded"):
        answer = client.post("/v1/responses", content=b'{"source": "s"}', headers={"Content-Type": media_type})
        assert answer.status_code == 415


def test_responses_that_are_sent_open_cases(client: TestClient) -> None:
    """As those of files do: the customer of an answer of now is to be contacted."""
    answered_at = datetime.now(UTC).isoformat()
    sent = {"id": "r-1", "score": 1, "answered_at": answered_at, "customer": {"id": "c-17"}}
    assert client.post("/v1/responses", json={"source": "shop", "responses": [sent]}).status_code == 200
    [case] = client.get("/v1/cases").json()["cases"]
    assert (case["response"], case["state"], case["customer"]["id"]) == ("r-1", "open", "c-17")
