"""Logs and metrics: what was asked, and nothing about persons."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from typing import Any

import pytest
from starlette.testclient import TestClient

from service import logs

SECRETS = ("hunter2", "Jane Doe", "jane@example.com", "4711", "+49 170 1234567", "s3cret")


@pytest.fixture
def log() -> io.StringIO:
    """What is logged, as the server does."""
    stream = io.StringIO()
    logs.configure(stream)
    return stream


def entries(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines of the log."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_logs_have_no_personal_data(client: TestClient, log: io.StringIO) -> None:
    """Neither bodies, paths, queries, headers, nor messages of exceptions are in it, whatever the answer is."""
    person = "Jane Doe jane@example.com +49 170 1234567 4711"
    comment = {"id": "4711", "text": f"Call me, {person}", "language": "en"}
    headers = {"Authorization": "Bearer s3cret", "Cookie": "s3cret", "X-Request-ID": "4711"}
    answers = [
        client.post("/v1/classify", json={"comments": [comment, {"id": person}]}, headers=headers),
        client.post("/v1/classify", content=f'{{"comments": "{person}', headers={"content-type": "application/json"}),
        client.post("/v1/classify/stream", content=person, headers={"content-type": "application/x-ndjson"}),
        client.get(f"/v1/reports/{person}", params={"against": person}),
        client.get("/v1/topics/4711", params={"name": person}),
        client.put(f"/v1/mappings/{person}", json={"columns": [person], "roles": {"unknown": person}}),
        client.post("/v1/fixes", json={"cause": person, "wave": person}),
        client.get(f"/{person}"),
        client.get("/bug"),
    ]
    assert {answer.status_code for answer in answers} >= {200, 400, 404, 422, 500}
    for secret in SECRETS:
        assert secret not in log.getvalue()
    requests = [entry for entry in entries(log) if entry["event"] == "request"]
    assert [entry["request_id"] for entry in requests] == [answer.headers["x-request-id"] for answer in answers]
    assert [entry["status"] for entry in requests] == [answer.status_code for answer in answers]
    assert [entry["route"] for entry in requests[3:5]] == ["/v1/reports/{wave:path}", "/v1/topics/{topic}"]
    assert requests[7]["route"] == "unmatched"


def test_a_bug_is_logged_with_its_place(client: TestClient, log: io.StringIO) -> None:
    """The type of the exception and where it was raised are in the log, under the id in the answer; not its message."""
    answer = client.get("/bug")
    [entry] = [entry for entry in entries(log) if entry["event"] == "request"]
    assert (entry["level"], entry["exception"]) == ("error", "RuntimeError")
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert any("conftest.py" in frame and frame.endswith(" bug") for frame in entry["stack"])
    assert "hunter2" not in log.getvalue()


def test_messages_of_libraries_are_left_out(log: io.StringIO) -> None:
    """What other libraries say may quote what they work on; what saywhy and the server say is kept."""
    logging.getLogger("asyncio").error("failed on %s", "Jane Doe")
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 12)
    logging.getLogger("service.runs").warning("a run was abandoned")
    texts = [entry["event"] for entry in entries(log)]
    assert texts == ["message of a library, left out", "Started server process [12]", "a run was abandoned"]


def test_what_nobody_catches_is_logged_with_its_place(log: io.StringIO) -> None:
    """Neither an exception that ends a thread nor a warning writes its message, which may quote what it failed on."""

    def fail() -> None:
        warnings.warn("Jane Doe", stacklevel=1)
        raise ValueError("hunter2")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    sys.excepthook(RuntimeError, RuntimeError("s3cret"), None)
    warned, ended, end = entries(log)
    assert warned["logger"] == "py.warnings"
    assert (ended["level"], ended["exception"]) == ("error", "ValueError")
    assert ended["stack"][-1].endswith(" fail")
    assert end["exception"] == "RuntimeError"
    assert not any(secret in log.getvalue() for secret in SECRETS)


def test_metrics_count_requests_by_route(client: TestClient) -> None:
    """Requests are counted by template of the route, and unknown methods and paths under one name each."""
    client.get("/v1/reports/all")
    client.request("MAKEZEBRA", "/v1/reports/ZEBRA")
    client.get("/ZEBRA")
    client.post("/v1/classify", json={"comments": [{"id": 1, "text": "Support is slow."}]})
    text = client.get("/metrics").text
    assert 'saywhy_requests_total{method="GET",route="/v1/reports/{wave:path}",status="200"}' in text
    assert 'saywhy_requests_total{method="other",route="' in text
    assert 'saywhy_requests_total{method="GET",route="unmatched",status="404"}' in text
    assert "saywhy_batch_comments_count" in text
    assert "saywhy_waiting_comments 0.0" in text
    assert "saywhy_database_connections_in_use 0.0" in text
    assert "ZEBRA" not in text
