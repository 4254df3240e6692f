"""What a real server and its jobs write while they are used, and misused: JSON, and nothing about persons."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from saywhy import store
from saywhy.access import Role
from service.people import add_person
from tests.builders.access import key_of
from tests.builders.queued_imports import CLI, ROOT, wait_until

PASSWORD = "correct horse battery"

#: What must not be logged, in whatever case: people, their words, secrets, names of files and of mappings.
PRIVATE = ("jane", "roe", "zebrafish", "+49 170", PASSWORD, "saywhy_", "staple", "R-4711", "quagga")

EXPORT = """id,score,comment,name,email
R-4711,2,"The zebrafish support is slow. Call me, Jane Roe, +49 170 1234567",Jane Roe,jane.roe@example.com
4712,11,zebrafish,Jane Roe,jane.roe@example.com
"""


@pytest.mark.slow
def test_a_server_logs_no_personal_data(tmp_path: Path) -> None:
    """Requests, jobs and signing in, whether they succeed or fail, leave JSON without names, words and secrets."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    engine = store.open_store(url)
    key = key_of(engine, "default", name="Jane's key")
    add_person(engine, "default", "jane.roe@example.com", Role.ADMIN, PASSWORD)
    engine.dispose()
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "SAYWHY_DATABASE_URL": url,
        "SAYWHY_LABEL_URL": "http://127.0.0.1:9/v1",
        "SAYWHY_LABEL_KEY": "staple",
    }
    log = tmp_path / "log"
    with log.open("w") as stream:
        server = subprocess.Popen([*CLI, "serve", "--port", "0"], env=environment, cwd=ROOT, stderr=stream)
    try:
        wait_until(lambda: re.search(r"running on (http://[^\s\"]+)", log.read_text()) or server.poll() is not None)
        [address] = re.findall(r"running on (http://[^\s\"]+)", log.read_text())
        statuses = use(address, key)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=120)
    assert {200, 202, 400, 401, 404, 422} <= statuses
    lines = log.read_text().splitlines()
    events = [json.loads(line) for line in lines]
    assert sum(entry["event"] == "request" for entry in events) >= 15
    assert any(re.match(r"job \d+ \(import\): failed", entry["event"]) for entry in events)
    assert any(re.match(r"job \d+ \(analyse\): succeeded", entry["event"]) for entry in events)
    leaks = [(term, line) for line in lines for term in PRIVATE if term in line.lower()]
    assert not leaks
    assert "zebrafish" in EXPORT, "the terms are lower case"


def use(address: str, key: str) -> set[int]:
    """Ask the server for all kinds of things; the statuses of its answers."""
    person = "Jane Roe jane.roe@example.com R-4711"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    binary = {"Content-Type": "application/octet-stream"}
    with httpx2.Client(base_url=address, timeout=120) as client:
        answers = [
            client.get(f"/v1/customers/{person}"),
            client.post("/v1/session", json={"name": "jane.roe@example.com", "password": "zebrafish-zebrafish"}),
            client.post("/v1/session", json={"name": "jane.roe@example.com", "password": PASSWORD}),
            client.post("/sign-in", content="name=jane.roe%40example.com&password=quagga", headers=form),
            client.get("/v1/reports", headers={"Authorization": "Bearer saywhy_quagga"}),
        ]
        client.cookies.clear()
        client.headers["Authorization"] = f"Bearer {key}"
        jobs = [
            client.post("/v1/imports", params={"file": "jane-roe.csv"}, content=EXPORT, headers=binary),
            client.post("/v1/imports", params={"file": "jane-roe.csv"}, content="zebrafish\nquagga\n", headers=binary),
            client.post("/v1/imports", params={"file": "quagga.xlsx"}, content=b"PK\3\4zebrafish", headers=binary),
        ]
        ended = [wait(client, job) for job in jobs]
        jobs += [client.post("/v1/analyses", json={}), client.post("/v1/exports", json={"format": "csv"})]
        ended += [wait(client, job) for job in jobs[3:]]
        answers += [
            *jobs,
            client.post(
                "/v1/responses",
                json={"source": "crm", "responses": [{"id": "R-4711", "score": 99, "comment": person}]},
            ),
            client.post("/v1/classify", json={"comments": [{"id": 1, "text": f"zebrafish {person}"}]}),
            client.post(
                "/v1/classify", content=f'{{"comments": "{person}', headers={"Content-Type": "application/json"}
            ),
            client.get("/v1/comments", params={"text": "zebrafish", "cursor": person}),
            client.get(f"/v1/reports/{person}", params={"against": person}),
            client.put(f"/v1/mappings/{person}", json={"columns": [person], "roles": {"zebrafish": person}}),
            client.delete(f"/v1/customers/{person}"),
            client.delete("/v1/customers/jane.roe@example.com"),
            client.get(f"/{person}"),
            client.get("/", headers={"Host": "jane.example"}),
        ]
    raw(address, b"GET /jane zebrafish\r\nX: quagga\r\n\r\n")
    raw(address, b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: jane\r\n\r\nzebrafish")
    assert {job["state"] for job in ended} == {"succeeded", "failed"}
    return {answer.status_code for answer in answers}


def wait(client: httpx2.Client, started: httpx2.Response) -> dict[str, str]:
    """The job, as soon as it has ended."""
    assert started.status_code == 202, started.text
    path = urlsplit(started.headers["Location"]).path
    job: dict[str, str] = {}

    def has_ended() -> bool:
        with suppress(httpx2.TransportError):  # a busy machine may let the connection wait too long
            job.update(client.get(path).json())
        return job.get("state") in ("succeeded", "failed")

    wait_until(has_ended)
    return job


def raw(address: str, request: bytes) -> None:
    """Send bytes that are no request, and read what comes."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(request)
        connection.recv(4096)
