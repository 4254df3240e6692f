"""Sources over HTTP: set up by administrators, fed by whoever signs."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from api.http.middleware import MAX_BODY
from api.v1.receiving import EXAMPLES
from saywhy import store
from saywhy.access import Scope
from saywhy.errors import ProviderRefused
from saywhy.settings import Settings
from saywhy.source import SourceKind
from service import logs
from service.workspaces import create, promise_anonymity
from tests.api import PROBLEM
from tests.builders.access import bearing, key_of
from tests.builders.sources import run_next
from tests.builders.stored_rows import stored_text
from tests.builders.survey_tools import SurveyTools, serving
from tests.builders.webhooks import body_of, signed
from tests.doubles import FakeAnnotator

WORKSPACE = "default"
HOST = "http://testserver"


@pytest.fixture
def client(sqlite_engine: Engine) -> Iterator[TestClient]:
    """A client of a server that has an administrator's key, and sends it."""
    create(sqlite_engine, WORKSPACE)
    resources = Resources(sqlite_engine, WORKSPACE, FakeAnnotator())
    with TestClient(create_app(Settings(rate_limit=20), resources)) as client:
        yield bearing(client, key_of(sqlite_engine, WORKSPACE, set(Scope), "root"))


def add(client: TestClient, kind: SourceKind, **fields: Any) -> dict[str, Any]:
    """Add a source; the answer."""
    answer = client.post("/v1/sources", json={"name": f"my {kind}", "kind": kind, **fields})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def send(client: TestClient, kind: SourceKind, path: str, secret: str, payload: Any = None, **signing: Any) -> Any:
    """Send a webhook without a key, as the tool does."""
    body = body_of(kind, payload)
    headers = {"Content-Type": "application/json", **signed(kind, secret, body, url=f"{HOST}{path}", **signing)}
    return client.post(path, content=body, headers={**headers, "Authorization": ""})


def responses_of(engine: Engine) -> list[tuple[str, int | None]]:
    """Source and score of all responses."""
    with store.reading(engine) as connection:
        workspace_id = store.workspaces.find(connection, WORKSPACE)
        loaded = store.responses.load(connection, workspace_id)
        return [(response.source, response.score.value if response.score else None) for response in loaded]


@pytest.mark.parametrize("kind", SourceKind)
def test_a_source_is_added_and_sends(client: TestClient, sqlite_engine: Engine, kind: SourceKind) -> None:
    """Of each kind, with a secret of its own or that of the tool; the webhook is taken without a key, once."""
    chooses = kind in (SourceKind.TYPEFORM, SourceKind.PROMOTERIO, SourceKind.GENERIC)
    created = add(client, kind, **({} if chooses else {"secret": "given-by-the-tool", "token": "access"}))
    source, secret = created["source"], created["secret"] or "given-by-the-tool"
    assert (created["secret"] is not None) == chooses
    assert (source["has_secret"], source["has_token"]) == (True, not chooses)
    sent = send(client, kind, source["webhook"], secret)
    assert (sent.status_code, sent.json()) == (202, {"delivery": 1, "state": "received", "is_new": True})
    again = send(client, kind, source["webhook"], secret)
    assert (again.status_code, again.json()) == (200, {"delivery": 1, "state": "received", "is_new": False})
    assert run_next(sqlite_engine).result == {"processed": 1, "failed": 0}
    [delivery] = client.get(f"/v1/sources/{source['id']}/deliveries").json()["deliveries"]
    assert (delivery["state"], delivery["has_payload"]) == ("processed", False)
    pulls = kind in (SourceKind.SURVEYMONKEY, SourceKind.HUBSPOT)
    assert len(responses_of(sqlite_engine)) == (not pulls)
    assert delivery["new"] == (not pulls)


def test_who_does_not_sign_is_refused(client: TestClient, sqlite_engine: Engine) -> None:
    """With a key too: 401 for a wrong signature, 404 for a source that is not there or of another kind, 413."""
    source = add(client, SourceKind.TYPEFORM)["source"]
    path = source["webhook"]
    for headers in ({}, {"Typeform-Signature": "sha256=AAAA"}):
        answer = client.post(path, content=b"{}", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
        assert answer.json()["type"] == "urn:saywhy:problem:invalid-signature"
    for missing in (path.replace("typeform", "generic"), f"/v1/webhooks/typeform/{'f' * 32}"):
        answer = client.post(missing, content=b"{}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:saywhy:problem:source-not-found")
    assert client.post("/v1/webhooks/other/1", content=b"{}").status_code == 404
    assert client.post(path, content=b" " * (MAX_BODY + 1)).status_code == 413
    assert responses_of(sqlite_engine) == []


def test_webhooks_are_limited(client: TestClient) -> None:
    """As the requests of a key are, by the source, and with the seconds to wait."""
    created = add(client, SourceKind.GENERIC)
    path, secret = created["source"]["webhook"], created["secret"]
    statuses = [
        send(client, SourceKind.GENERIC, path, secret, webhook_id=f"msg_{number}").status_code for number in range(20)
    ]
    limited = send(client, SourceKind.GENERIC, path, secret, webhook_id="msg_20")
    assert statuses.count(202) >= 10
    assert 429 in (*statuses, limited.status_code)


def test_surveymonkey_asks_whether_there_is_a_source(client: TestClient) -> None:
    """By HEAD, before it sends anything."""
    source = add(client, SourceKind.SURVEYMONKEY)["source"]
    del client.headers["Authorization"]
    assert client.head(source["webhook"]).status_code == 200
    assert client.head(f"/v1/webhooks/surveymonkey/{'f' * 32}").status_code == 404


def test_secrets_are_shown_once(client: TestClient, sqlite_engine: Engine) -> None:
    """Neither lists, changes, logs, the audit log nor the database have a secret or a token."""
    stream = io.StringIO()
    logs.configure(stream)
    logging.getLogger().setLevel(logging.DEBUG)
    given = {"secret": "the-secret-of-hubspot", "token": "the-token-of-hubspot"}
    created = add(client, SourceKind.HUBSPOT, **given)
    made = add(client, SourceKind.PROMOTERIO)
    secrets = [*given.values(), made["secret"]]
    assert made["secret"] in made["source"]["webhook"]
    source = created["source"]
    path = f"/v1/sources/{source['id']}"
    send(client, SourceKind.PROMOTERIO, made["source"]["webhook"], "")
    run_next(sqlite_engine)
    with serving(SurveyTools(count=2)) as tools:
        tools.refusals = [(403, {})]
        client.post(f"{path}/pull")
        with pytest.raises(ProviderRefused):
            run_next(sqlite_engine, tools.url)
    changed = client.put(path, json={"name": "other", "kind": "hubspot", "token": "the-new-token-of-hubspot"})
    assert (changed.json()["has_secret"], changed.json()["name"]) == (True, "other")
    shown = [client.get(url).text for url in ("/v1/sources", "/v1/audit-log", "/v1/jobs", f"{path}/deliveries")]
    shown.append(stored_text(sqlite_engine))
    told = "".join([*shown, created["source"]["webhook"], json.dumps(created), changed.text, stream.getvalue()])
    assert not [secret for secret in (*secrets, "the-new-token-of-hubspot") if secret in told]
    assert "/v1/webhooks/promoterio/{source}" in stream.getvalue()


def test_a_source_is_changed_and_removed(client: TestClient) -> None:
    """What is said of it is replaced; its kind stays."""
    fields = {"form": "abc", "columns": {"score": ["NPS"], "segments": ["plan"]}, "wave": "W1", "scale": "0-10"}
    source = add(client, SourceKind.TYPEFORM, **fields)["source"]
    assert (source["namespace"], source["columns"]["score"], source["wave"]) == ("typeform", ["NPS"], "W1")
    path = f"/v1/sources/{source['id']}"
    changed = client.put(path, json={"name": "x", "kind": "typeform", "namespace": "shop", "form": "def"}).json()
    assert (changed["form"], changed["namespace"], changed["wave"]) == ("def", "shop", None)
    assert client.put(path, json={"name": "x", "kind": "generic"}).status_code == 400
    assert [one["name"] for one in client.get("/v1/sources").json()["sources"]] == ["x"]
    assert client.delete(path).status_code == 204
    assert client.get("/v1/sources").json() == {"sources": []}
    for method, url in (("DELETE", path), ("POST", f"{path}/pull"), ("GET", f"{path}/deliveries")):
        assert client.request(method, url).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": "taken"}, 409),
        ({"host": "https://evil.example"}, 400),
        ({"host": "http://api.typeform.com"}, 400),
        ({"form": "../../etc"}, 400),
        ({"name": "a\nb"}, 400),
        ({"wave": "a\0b"}, 400),
        ({"namespace": "a\0b"}, 400),
        ({"mapping": "none"}, 404),
        ({"kind": "generic", "secret": "whsec_%"}, 400),
        ({"kind": "generic", "secret": ""}, 400),
        ({"token": "ü"}, 400),
        ({"token": "a\r\nHost: b"}, 400),
        ({"kind": "other"}, 422),
        ({"unknown": 1}, 422),
        ({"secret": "x" * 501}, 422),
    ],
)
def test_what_cannot_be_a_source_is_refused(client: TestClient, fields: dict[str, Any], status: int) -> None:
    """Names in use, addresses other than the tool's, forms that are paths, secrets that cannot be."""
    add(client, SourceKind.TYPEFORM, name="taken")
    answer = client.post("/v1/sources", json={"name": "x", "kind": "typeform", **fields})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert [source["name"] for source in client.get("/v1/sources").json()["sources"]] == ["taken"]


def test_failed_deliveries_are_listed_and_processed_again(client: TestClient, sqlite_engine: Engine) -> None:
    """By page and state; what was processed or is another source's is not processed again."""
    created = add(client, SourceKind.GENERIC)
    source, secret = created["source"], created["secret"]
    path = f"/v1/sources/{source['id']}/deliveries"
    for number in range(3):
        payload = {"data": {"id": f"r{number}", **({"a": 3} if number == 1 else {"score": 9})}}
        send(client, SourceKind.GENERIC, source["webhook"], secret, payload, webhook_id=f"msg_{number}")
    run_next(sqlite_engine)
    first = client.get(path, params={"limit": 2}).json()
    assert [one["id"] for one in first["deliveries"]] == [3, 2]
    assert [one["id"] for one in client.get(path, params={"cursor": first["next"]}).json()["deliveries"]] == [1]
    [failed] = client.get(path, params={"state": "failed"}).json()["deliveries"]
    assert (failed["id"], "neither a score nor a comment" in failed["detail"]) == (2, True)
    body = {"name": "x", "kind": "generic", "columns": {"score": ["a"]}, "scale": "0-10"}
    client.put(f"/v1/sources/{source['id']}", json=body)
    assert client.post(f"{path}/2/reprocess").json()["state"] == "received"
    run_next(sqlite_engine)
    assert sorted(score for _, score in responses_of(sqlite_engine) if score is not None) == [3, 9, 9]
    assert client.post(f"{path}/2/reprocess").status_code == 409
    assert client.post(f"{path}/9/reprocess").status_code == 404


def test_a_pull_is_a_job(client: TestClient, sqlite_engine: Engine) -> None:
    """Asked for over HTTP, found by its location, and started again by a schedule."""
    source = add(client, SourceKind.HUBSPOT, token="access")["source"]
    started = client.post(f"/v1/sources/{source['id']}/pull", params={"everything": True})
    assert (started.status_code, started.headers["location"]) == (202, "/v1/jobs/1")
    with serving(SurveyTools(count=3)) as tools:
        run_next(sqlite_engine, tools.url)
    job = client.get("/v1/jobs/1").json()
    assert (job["kind"], job["state"], job["result"]["new"]) == ("pull", "succeeded", 3)
    schedule = {"kind": "pull", "arguments": {"source": source["id"]}, "cron": "0 * * * *"}
    assert client.post("/v1/schedules", json=schedule).status_code == 201
    assert client.post("/v1/schedules", json={**schedule, "arguments": {"source": "f"}}).status_code == 404


def test_an_anonymous_workspace_answers_at_once(client: TestClient, sqlite_engine: Engine) -> None:
    """The webhook is processed in the request, and what cannot be read is refused, so that the tool sends it again."""
    promise_anonymity(sqlite_engine, WORKSPACE)
    created = add(client, SourceKind.GENERIC)
    path, secret = created["source"]["webhook"], created["secret"]
    sent = send(client, SourceKind.GENERIC, path, secret)
    assert (sent.status_code, sent.json()) == (202, {"delivery": None, "state": "processed", "is_new": True})
    assert send(client, SourceKind.GENERIC, path, secret).json()["is_new"] is False
    refused = send(client, SourceKind.GENERIC, path, secret, {"data": {"id": "1"}})
    assert (refused.status_code, refused.headers["content-type"]) == (400, PROBLEM)
    assert [score for _, score in responses_of(sqlite_engine)] == [3]
    assert client.get(f"/v1/sources/{created['source']['id']}/deliveries").json()["deliveries"] == []


def test_behind_a_proxy_the_address_is_that_of_the_tool(sqlite_engine: Engine) -> None:
    """HubSpot signs the HTTPS address, which only a trusted proxy may say."""
    create(sqlite_engine, WORKSPACE)
    resources = Resources(sqlite_engine, WORKSPACE, FakeAnnotator())
    key = key_of(sqlite_engine, WORKSPACE, set(Scope), "root")
    body, statuses = body_of(SourceKind.HUBSPOT), []
    for number, proxies in enumerate(("127.0.0.1", "10.0.0.1")):
        app = create_app(Settings(trusted_proxies=proxies), resources)
        with TestClient(app, client=("127.0.0.1", 1)) as client:
            source = add(bearing(client, key), SourceKind.HUBSPOT, name=f"h{number}", secret="s")["source"]
            url = f"https://testserver{source['webhook']}"
            headers = {**signed(SourceKind.HUBSPOT, "s", body, url=url), "X-Forwarded-Proto": "https"}
            statuses.append(client.post(source["webhook"], content=body, headers=headers).status_code)
    assert statuses == [202, 401]


def test_examples_are_those_of_the_documentation(client: TestClient) -> None:
    """Each webhook is documented with what its tool sends, and how it signs."""
    paths = client.get("/openapi.json").json()["paths"]
    for kind in SourceKind:
        operation = paths[f"/v1/webhooks/{kind}/{{source}}"]["post"]
        assert operation["requestBody"]["content"]["application/json"]["example"] == EXAMPLES[kind]
        assert "sign" in operation["description"].lower()
        assert "security" not in operation
