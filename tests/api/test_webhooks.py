"""Webhook endpoints and deliveries over HTTP: who may, what is shown, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import Engine
from standardwebhooks.webhooks import Webhook
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from saywhy.access import Scope
from saywhy.settings import Settings
from saywhy.webhook import EventType
from saywhy.webhook_data import DATA
from service.files import JobFiles
from service.job_process import WorkerOptions
from service.webhooks.sending import send_next
from service.worker import clear, working
from service.workspaces import create, promise_anonymity
from tests.api import PROBLEM
from tests.builders.access import bearing, check_at_once, key_of
from tests.builders.queued_imports import wait_until
from tests.builders.receiver import LOCAL, Receiver, receiving
from tests.doubles import FakeAnnotator

ENDPOINTS = "/v1/webhook-endpoints"
DETRACTOR = {
    "source": "crm",
    "responses": [{"id": "r-1", "score": 2, "comment": "Too slow", "customer": {"id": "c-1"}}],
}


@pytest.fixture
def client(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of a server whose webhooks may lead to this machine."""
    check_at_once(monkeypatch)
    create(sqlite_engine, "default")
    resources = replace(Resources(sqlite_engine, "default", FakeAnnotator()), outgoing=LOCAL)
    with TestClient(create_app(Settings(), resources)) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiving() as receiver:
        yield receiver


def add(client: TestClient, url: str, events: tuple[str, ...] = ("detractor.new",), **more: Any) -> dict[str, Any]:
    """The answer to adding an endpoint."""
    answer = client.post(ENDPOINTS, json={"url": url, "events": events, **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def deliveries(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    """The deliveries, the latest first."""
    listed: list[dict[str, Any]] = client.get(f"/v1/webhook-deliveries{query}").json()["deliveries"]
    return listed


def test_from_subscribing_to_a_message(client: TestClient, receiver: Receiver, sqlite_engine: Engine) -> None:
    """A request saves a detractor, the worker sends it, the receiver verifies it, and the log says so."""
    added = add(client, receiver.url)
    assert client.post("/v1/responses", json=DETRACTOR).status_code == 200
    [waiting] = deliveries(client, "?state=pending")
    assert waiting["type"] == "detractor.new"
    url = sqlite_engine.url.render_as_string(hide_password=False)
    with working(WorkerOptions(url, slots=1, outgoing=LOCAL)):
        wait_until(lambda: deliveries(client, "?state=delivered&endpoint=1"))
    [request] = receiver.received
    message = Webhook(added["secret"]).verify(request.body, request.headers)
    assert message["data"]["response"] == "r-1"
    details = client.get(f"/v1/webhook-deliveries/{waiting['id']}").json()
    assert details["data"] == message["data"]
    assert [(attempt["status"], attempt["detail"]) for attempt in details["log"]] == [(204, None)]
    assert details["event_id"] == request.headers["webhook-id"]


def test_the_secret_is_shown_once(client: TestClient) -> None:
    """By adding and by rotating, and by nothing else; the URL of Slack is a secret, too."""
    secret = add(client, "https://hooks.example/saywhy")["secret"]
    slack = add(client, "https://hooks.slack.com/services/T0/B0/XYZ", kind="slack", language="de")
    assert (secret[:6], slack["secret"]) == ("whsec_", None)
    rotated = client.post(f"{ENDPOINTS}/1/secret").json()["secret"]
    assert rotated not in ("", secret)
    assert client.post(f"{ENDPOINTS}/2/secret").status_code == 409
    shown = client.get(ENDPOINTS).text + client.patch(f"{ENDPOINTS}/2", json={"language": "en"}).text
    assert "whsec_" not in shown
    assert "XYZ" not in shown
    assert "https://hooks.slack.com/…" in shown


def test_endpoints_are_changed_disabled_and_removed(client: TestClient) -> None:
    """What is left out stays; a disabled one gets nothing; a removed one is gone with its deliveries."""
    add(client, "https://hooks.example/a")
    changed = client.patch(f"{ENDPOINTS}/1", json={"url": "https://hooks.example/b", "is_enabled": False}).json()
    assert (changed["url"], changed["events"], changed["is_enabled"]) == (
        "https://hooks.example/b", ["detractor.new"], False,
    )  # fmt: skip
    assert client.post("/v1/responses", json=DETRACTOR).status_code == 200
    assert deliveries(client) == []
    assert client.post(f"{ENDPOINTS}/1/ping").status_code == 409
    assert client.patch(f"{ENDPOINTS}/1", json={"is_enabled": True}).json()["is_enabled"]
    assert client.post(f"{ENDPOINTS}/1/ping").json()["state"] == "pending"
    assert client.delete(f"{ENDPOINTS}/1").status_code == 204
    assert deliveries(client) == []
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/ping")):
        body: dict[str, Any] = {"json": {}} if method == "PATCH" else {}
        answer = client.request(method, f"{ENDPOINTS}/1{path}", **body)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:saywhy:problem:endpoint-not-found")


def test_dead_letters_are_listed_and_sent_again(client: TestClient, receiver: Receiver, sqlite_engine: Engine) -> None:
    """Page by page, the latest first; sent again, they arrive."""
    add(client, receiver.url)
    receiver.answers = [(500, {})] * 3
    for _ in range(3):
        client.post(f"{ENDPOINTS}/1/ping")
    while send_next(sqlite_engine, LOCAL):
        pass
    page = client.get("/v1/webhook-deliveries?state=dead&limit=2").json()
    assert [delivery["id"] for delivery in page["deliveries"]] == [3, 2]
    rest = client.get(f"/v1/webhook-deliveries?state=dead&limit=2&cursor={page['next']}").json()
    assert ([delivery["id"] for delivery in rest["deliveries"]], rest["next"]) == ([1], None)
    again = client.post("/v1/webhook-deliveries/2/redeliver")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    assert send_next(sqlite_engine, LOCAL)
    assert client.get("/v1/webhook-deliveries/2").json()["state"] == "delivered"
    for method, path in (("GET", "9"), ("POST", "9/redeliver")):
        answer = client.request(method, f"/v1/webhook-deliveries/{path}")
        assert answer.json()["type"] == "urn:saywhy:problem:delivery-not-found"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://hooks.example/", 400),
        ("https://169.254.169.254/latest/", 400),
        ("https://[::ffff:10.0.0.1]/", 400),
        ("https://user@hooks.example/", 400),
        ("not a URL", 400),
        ("", 422),
        ("https://hooks.example/" + "a" * 2000, 422),
    ],
)
def test_urls_that_must_not_be_reached_are_refused(client: TestClient, url: str, status: int) -> None:
    """By adding and by changing, with a problem that says why."""
    add(client, "https://hooks.example/")
    for answer in (
        client.post(ENDPOINTS, json={"url": url, "events": ["detractor.new"]}),
        client.patch(f"{ENDPOINTS}/1", json={"url": url}),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


@pytest.mark.parametrize(
    ("body", "status"),
    [({"events": []}, 400), ({"events": ["ping"]}, 422), ({"events": ["all"]}, 422), ({"language": "fr"}, 422)],
)
def test_what_there_is_not_is_refused(client: TestClient, body: dict[str, Any], status: int) -> None:
    """No event, unless digests may be sent there; one that nobody subscribes to; and a language without words."""
    sent = {"url": "https://hooks.example/", "events": ["detractor.new"], **body}
    assert client.post(ENDPOINTS, json=sent).status_code == status


def test_personal_data_needs_its_scope(client: TestClient, sqlite_engine: Engine) -> None:
    """Without `pii` nobody adds an endpoint with personal data, nor sends what one gets elsewhere."""
    bearing(client, key_of(sqlite_engine, "default", name="all"))
    add(client, "https://hooks.example/", with_personal_data=True)
    bearing(client, key_of(sqlite_engine, "default", set(Scope) - {Scope.PII}, "no personal data"))
    add(client, "https://hooks.example/")
    sent = {"url": "https://hooks.example/", "events": ["detractor.new"], "with_personal_data": True}
    for answer in (
        client.post(ENDPOINTS, json=sent),
        client.patch(f"{ENDPOINTS}/2", json={"with_personal_data": True}),
        client.patch(f"{ENDPOINTS}/1", json={"url": "https://elsewhere.example/"}),
        client.post(f"{ENDPOINTS}/1/secret"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:saywhy:problem:forbidden")
    assert client.patch(f"{ENDPOINTS}/2", json={"url": "https://elsewhere.example/"}).status_code == 200


def test_the_log_of_deliveries_has_no_personal_data(
    client: TestClient, receiver: Receiver, sqlite_engine: Engine
) -> None:
    """What an endpoint with personal data gets is shown masked, even if the receiver answers what it got."""

    def echo(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + receiver.received[-1].body)

    add(client, receiver.url, with_personal_data=True)
    receiver.answers = [echo]
    client.post("/v1/responses", json=DETRACTOR)
    assert send_next(sqlite_engine, LOCAL)
    assert receiver.received[0].json["data"]["customer"] == "c-1"
    assert "c-1" not in client.get("/v1/webhook-deliveries/1").text


def test_anonymous_workspaces_tell_of_groups_alone(client: TestClient, sqlite_engine: Engine) -> None:
    """Endpoints for what tells of single people, or with personal data, are refused."""
    promise_anonymity(sqlite_engine, "default")
    add(client, "https://hooks.example/", ("report.finished", "complaint.rising"))
    for body in (
        {"events": ["detractor.new"]},
        {"events": ["report.finished", "staff.praised"]},
        {"events": ["account.turned"]},
        {"events": ["fix.regressed"]},
        {"events": ["report.finished"], "with_personal_data": True},
    ):
        added = client.post(ENDPOINTS, json={"url": "https://hooks.example/", **body})
        changed = client.patch(f"{ENDPOINTS}/1", json=body)
        for answer in (added, changed):
            assert (answer.status_code, "anonymity" in answer.json()["detail"]) == (409, True)


def test_there_are_no_endless_endpoints(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event is written for every one of them."""
    monkeypatch.setattr("service.webhooks.endpoints.MOST", 2)
    for _ in range(2):
        add(client, "https://hooks.example/")
    answer = client.post(ENDPOINTS, json={"url": "https://hooks.example/", "events": ["detractor.new"]})
    assert answer.status_code == 409


def test_messages_are_in_the_openapi_document(client: TestClient) -> None:
    """Each type of event has a webhook there, whose data has the members of its class; digests go to people only."""
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert document["webhooks"].keys() == set(EventType) - {EventType.DIGEST}
    for event, operations in document["webhooks"].items():
        content = operations["post"]["requestBody"]["content"]["application/json"]["schema"]
        message = schemas[content["$ref"].rpartition("/")[2]]
        assert message["properties"]["type"]["const"] == event
        data = schemas[message["properties"]["data"]["$ref"].rpartition("/")[2]]
        assert data["properties"].keys() == TypeAdapter(DATA[EventType(event)]).json_schema()["properties"].keys()
    json.dumps(document)


def test_old_messages_are_deleted(client: TestClient, sqlite_engine: Engine, receiver: Receiver) -> None:
    """Those that were delivered or are dead, with their attempts; not those that wait."""
    add(client, receiver.url)
    client.post("/v1/responses", json=DETRACTOR)
    assert send_next(sqlite_engine, LOCAL)
    client.post(f"{ENDPOINTS}/1/ping")
    assert len(deliveries(client)) == 2
    clear(sqlite_engine, JobFiles.of(sqlite_engine, None), timedelta(0))
    assert [delivery["type"] for delivery in deliveries(client)] == ["ping"]
