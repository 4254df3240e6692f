"""`/v1/corrections/…` and `/label-studio/…`: labels sent, asked for and predicted over HTTP."""

from __future__ import annotations

import base64
from typing import Any

from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy.access import Scope
from saywhy.settings import Settings
from service.workspaces import create, promise_anonymity
from tests.api import PROBLEM
from tests.builders.access import key_of

CSV = {"Content-Type": "text/csv"}


def first(client: TestClient) -> dict[str, Any]:
    """A comment to label."""
    comment: dict[str, Any] = client.get("/v1/corrections/next?size=1&strategy=uncertain").json()["comments"][0]
    return comment


def test_labels_come_and_go(survey_client: TestClient) -> None:
    """What to label next is labelled by two people, rejected rows have their line, and the file comes back."""
    client, comment = survey_client, first(survey_client)
    text = f'"{comment["text"]}"'
    rows = [f"{comment['id']},{text},Eda,mixed", f"{comment['id']},{text},Ken,neutral", ",Nobody wrote this,,mixed"]
    body = "\n".join(["id,comment,author,sentiment", *rows])
    imported = client.post("/v1/corrections/import", content=body, headers=CSV).json()
    assert (imported["new"], imported["rejections"]) == (2, 1)
    assert imported["rejected"] == [{"position": 4, "reason": "there is no comment with this text"}]
    assert first(client)["id"] != comment["id"]
    agreement = client.get("/v1/corrections/agreement").json()
    assert (agreement["sentiment"]["units"], agreement["sentiment"]["disputed"]) == (1, 1)
    for format, media_type in (("label-studio", "application/json"), ("csv", "text/csv; charset=utf-8")):
        file = client.get(f"/v1/corrections/export?format={format}")
        assert file.headers["content-type"] == media_type
        again = client.post("/v1/corrections/import", content=file.content, headers=CSV).json()
        assert (again["new"], again["unchanged"], again["rejections"]) == (0, 2, 0)
    tasks = client.get("/v1/corrections/export?format=label-studio&next=3").json()
    assert [len(task["predictions"]) for task in tasks] == [1, 1, 1]
    number = client.get("/v1/corrections").json()["corrections"][0]["id"]
    path = f"/v1/corrections/suspects/{number}"
    assert client.post(path, json={"decision": "accept"}).status_code == 404
    assert client.post(path, json={"decision": "dismiss"}).status_code == 204
    assert client.get("/v1/corrections/suspects").json() == {"suspects": []}


def test_what_is_no_file_is_refused(survey_client: TestClient) -> None:
    """With a problem: the wrong kind, no header, no UTF-8."""
    for content, headers, status in (
        (b"comment\nx\n", {"Content-Type": "text/plain"}, 415),
        (b"a,b\n1,2\n", CSV, 400),
        (b"\xff", CSV, 400),
        (b"[{", {"Content-Type": "application/json"}, 400),
    ):
        answer = survey_client.post("/v1/corrections/import", content=content, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


def test_label_studio_predicts_and_tells(survey_client: TestClient) -> None:
    """A project connects, its tasks are predicted with spans of the text as it was sent, annotations are kept."""
    client, comment = survey_client, first(survey_client)
    assert client.get("/label-studio/health").json()["status"] == "UP"
    interface = '<View><Text name="text"/><Labels name="theme"/><Choices name="sentiment"/></View>'
    setup = {"project": "1.2", "schema": interface, "hostname": "http://ls", "access_token": "t"}
    version = client.post("/label-studio/setup", json=setup).json()["model_version"]
    assert client.post("/label-studio/setup", json=setup | {"schema": "<View/>"}).status_code == 400
    text = "😀 Support was rude. 价格太贵了"
    asked = {"tasks": [{"id": 1, "data": {"text": text}}, {"id": 2, "data": {"text": "-"}}], "project": "1.2"}
    answer = client.post("/label-studio/predict", json=asked).json()
    assert (answer["model_version"], len(answer["results"])) == (version, 2)
    regions = [each for each in answer["results"][0]["result"] if "start" in each["value"]]
    assert regions
    for region in regions:
        value = region["value"]
        assert text[value["start"] : value["end"]] == value["text"]
        assert 0 < region["score"] <= 1
    assert client.post("/label-studio/predict", json={"tasks": [{"data": {}}]}).status_code == 400
    annotation = {"id": 9, "task": 1, "completed_by": 7, "result": [
        {"from_name": "sentiment", "type": "choices", "value": {"choices": ["mixed"]}}
    ]}  # fmt: skip
    event = {
        "action": "ANNOTATION_CREATED",
        "annotation": annotation,
        "task": {"id": 1, "data": {"text": comment["text"], "comment": comment["id"]}},
    }
    for new in (1, 0):
        assert client.post("/label-studio/webhook", json=event).json()["new"] == new
    assert client.post("/label-studio/webhook", json={"action": "START_TRAINING"}).json()["new"] == 0


def test_label_studio_sends_the_key_as_a_password(sqlite_engine: Engine, annotator: Annotator) -> None:
    """On its paths alone, with any user; annotations need the scope to write."""
    both = key_of(sqlite_engine, "default", [Scope.CLASSIFY, Scope.WRITE])
    reader = key_of(sqlite_engine, "default", [Scope.CLASSIFY], name="reader")
    event = {"action": "ANNOTATIONS_DELETED"}
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator))) as client:

        def asked(path: str, credentials: str, method: str = "GET", **body: object) -> int:
            encoded = base64.b64encode(credentials.encode()).decode()
            headers = {"Authorization": f"Basic {encoded}"}
            return client.request(method, path, headers=headers, **body).status_code  # type: ignore[arg-type]

        assert asked("/label-studio/health", f"studio:{both}") == 200
        assert asked("/label-studio/health", f":{reader}") == 200
        assert asked("/label-studio/webhook", f"studio:{both}", "POST", json=event) == 200
        assert asked("/label-studio/webhook", f"studio:{reader}", "POST", json=event) == 403
        for wrong in ("studio:saywhy_none", "studio", both):
            assert asked("/label-studio/health", wrong) == 401
        assert asked("/v1/comments", f"studio:{both}") == 401
        assert client.get("/label-studio/health").status_code == 401
        assert client.get("/label-studio/health", headers={"Authorization": "Basic ?"}).status_code == 401


def test_anonymous_workspaces_hand_out_no_labels(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Nothing is exported, compared or asked for, and no annotation is taken; predictions are of what is sent."""
    create(sqlite_engine, "default")
    promise_anonymity(sqlite_engine, "default")
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator))) as client:
        for path in ("export", "agreement", "suspects", "next"):
            assert client.get(f"/v1/corrections/{path}").status_code == 409
        assert client.post("/v1/corrections/import", content=b"comment\nx\n", headers=CSV).status_code == 409
        assert client.post("/label-studio/webhook", json={"action": "x"}).status_code == 409
        assert client.post("/label-studio/predict", json={"tasks": [{"data": {"text": "Slow"}}]}).status_code == 200
