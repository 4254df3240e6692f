"""`/v1/jobs`, `/v1/analyses`, `/v1/exports` and `/v1/schedules`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.feedback import Response, Score
from saywhy.settings import Settings
from saywhy.store import Engine
from service.job_process import WorkerOptions
from service.worker import working
from service.workspaces import create, promise_anonymity
from tests.builders.queued_imports import wait_until


@pytest.fixture
def client(engine: Engine, annotator: Annotator, tmp_path: Path) -> Iterator[TestClient]:
    """A client of the application on an empty store of each kind; no worker runs."""
    create(engine, "default")
    resources = Resources(engine, "default", annotator, data_dir=tmp_path / "files")
    with TestClient(create_app(Settings(), resources)) as client:
        yield client


def test_an_analysis_is_a_job(client: TestClient) -> None:
    """It is accepted with the place of the job; one that waits is not added twice, one with other options is."""
    first = client.post("/v1/analyses")
    assert first.status_code == 202
    job = client.get(first.headers["Location"]).json()
    assert (job["kind"], job["state"], job["arguments"]) == ("analyse", "pending", {"refit": False})
    assert client.post("/v1/analyses", json={}).json()["id"] == job["id"]
    assert client.post("/v1/analyses", json={"refit": True}).json()["id"] > job["id"]
    assert client.post("/v1/analyses", json={"refit": True, "speed": 9}).status_code == 422


def test_a_repeated_request_starts_one_job(client: TestClient) -> None:
    """The same key and request is the same job; the key of another request is refused."""
    headers = {"Idempotency-Key": "a-1"}
    first = client.post("/v1/exports", json={"format": "csv"}, headers=headers)
    assert client.post("/v1/exports", json={"format": "csv"}, headers=headers).json() == first.json()
    for again in (
        client.post("/v1/exports", json={"format": "xlsx"}, headers=headers),
        client.post("/v1/analyses", headers=headers),
    ):
        assert again.status_code == 422
        assert again.json()["type"] == "urn:saywhy:problem:key-reused"
    assert client.post("/v1/exports", json={}, headers={"Idempotency-Key": "x" * 256}).status_code == 422
    assert len(client.get("/v1/jobs").json()["jobs"]) == 1


def test_pages_of_jobs(client: TestClient) -> None:
    """Each job is on one page, the latest first; the last page has no next one."""
    started = [client.post("/v1/exports", json={"wave": str(number)}).json()["id"] for number in range(5)]
    query: dict[str, Any] = {"limit": 2}
    seen: list[int] = []
    while True:
        page = client.get("/v1/jobs", params=query).json()
        seen += [job["id"] for job in page["jobs"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == started[::-1]
    assert client.get("/v1/jobs?state=running&state=failed").json() == {"jobs": [], "next": None}
    assert client.get("/v1/jobs?kind=analyse").json()["jobs"] == []
    for query in ({"limit": 0}, {"state": "lost"}):
        assert client.get("/v1/jobs", params=query).status_code == 422
    assert client.get("/v1/jobs", params={"cursor": "7"}).json()["type"] == "urn:saywhy:problem:invalid-input"


def test_a_job_is_cancelled_once(client: TestClient) -> None:
    """A cancelled job stays cancelled, and a job that is not there is a 404."""
    location = client.post("/v1/analyses").headers["Location"]
    assert client.post(f"{location}/cancel").json()["state"] == "cancelled"
    again = client.post(f"{location}/cancel")
    assert (again.status_code, again.json()["type"]) == (409, "urn:saywhy:problem:job-ended")
    for path in ("/v1/jobs/999", f"/v1/jobs/{2**53 - 1}"):
        assert client.get(path).status_code == 404
        assert client.post(f"{path}/cancel").status_code == 404
    assert client.get(f"/v1/jobs/{2**53}").status_code == 422


@pytest.mark.slow
def test_an_export_is_downloaded(client: TestClient, engine: Engine, tmp_path: Path) -> None:
    """There is no file until the job has ended, then there is, and at last it has expired."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        store.responses.save(connection, workspace_id, [Response("file", "=1", Score(0))])
    job = client.post("/v1/exports", json={"format": "csv"}).json()
    early = client.get(f"/v1/exports/{job['id']}")
    assert (early.status_code, early.json()["detail"]) == (409, f"export {job['id']} is pending: there is no file")
    url = engine.url.render_as_string(hide_password=False)
    with working(WorkerOptions(url, data_dir=tmp_path / "files", slots=1)):
        wait_until(lambda: client.get(job["links"]["self"]).json()["state"] == "succeeded")
    done = client.get(job["links"]["self"]).json()
    assert done["result"]["rows"] == 1
    assert "file" not in done["result"]
    file = client.get(done["links"]["download"])
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in file.headers["content-disposition"]
    assert file.text.splitlines()[1].startswith("'=1,0,")
    next((tmp_path / "files" / "exports").glob("*/*")).unlink()
    assert client.get(done["links"]["download"]).status_code == 410


def test_only_exports_are_downloaded(client: TestClient) -> None:
    """A job of another kind has no file, and a segment that is none is refused before there is a job."""
    job = client.post("/v1/analyses").json()["id"]
    assert client.get(f"/v1/exports/{job}").status_code == 404
    assert client.post("/v1/exports", json={"segments": ["north"]}).status_code == 400


def test_anonymous_workspaces_export_nothing(client: TestClient, engine: Engine) -> None:
    """The request is refused at once."""
    promise_anonymity(engine, "default")
    refused = client.post("/v1/exports", json={})
    assert (refused.status_code, "anonymity" in refused.json()["detail"]) == (409, True)


def test_schedules(client: TestClient) -> None:
    """A schedule is added with its next time in its time zone, listed, and removed; nonsense is refused."""
    body = {"kind": "analyse", "cron": "30 2 * * 1-5", "time_zone": "Asia/Shanghai"}
    added = client.post("/v1/schedules", json=body)
    assert added.status_code == 201
    assert added.json()["next_at"].endswith("T18:30:00Z")
    assert client.get("/v1/schedules").json() == {"schedules": [added.json()]}
    for change, reason in (
        ({"kind": "import"}, "cannot be scheduled"),
        ({"cron": "61 * * * *"}, "no cron expression"),
        ({"cron": "* * * * * *"}, "no cron expression"),
        ({"cron": "0 0 30 2 *"}, "expression"),
        ({"time_zone": "Europe/Atlantis"}, "no time zone"),
        ({"time_zone": "/etc/passwd"}, "no time zone"),
        ({"arguments": {"refit": "perhaps"}}, "refit"),
        ({"arguments": {"speed": 1}}, "no argument speed"),
    ):
        refused = client.post("/v1/schedules", json=body | change)
        assert refused.status_code == 400, change
        assert reason in refused.json()["detail"]
    assert client.delete(f"/v1/schedules/{added.json()['id']}").status_code == 204
    assert client.delete(f"/v1/schedules/{added.json()['id']}").status_code == 404
