"""Probes, and what a start of the server finds."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources, open_resources
from saywhy import __version__, store
from saywhy.run import RunState
from saywhy.settings import Settings
from service.worker import WorkerStatus
from tests.api import PROBLEM


def test_a_server_marks_abandoned_runs_as_failed(tmp_path: Path) -> None:
    """The start of the server marks a run whose process was killed."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'store.db'}")
    engine = store.open_store(settings.database_url)
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, settings.workspace)
        store.runs.start(connection, workspace, "core")
    with closing(open_resources(settings)), store.reading(engine) as connection:
        run = store.runs.latest(connection, workspace)
        assert run is not None
        assert (run.state, run.detail) == (RunState.FAILED, store.runs.ABANDONED)


def test_health_names_version_and_model(client: TestClient, resources: Resources) -> None:
    """Both health routes respond, and readiness names the versions."""
    assert client.get("/health/live").json() == {"status": "live"}
    ready = {"status": "ready", "version": __version__, "model": resources.annotator.model}
    assert client.get("/health/ready").json() == ready


def test_it_is_not_ready_without_its_store(resources: Resources, tmp_path: Path) -> None:
    """With a damaged database readiness fails without revealing its location; liveness does not fail."""
    path = tmp_path / "store.db"
    engine = store.open_store(f"sqlite:///{path}")
    app = create_app(Settings(), replace(resources, engine=engine))
    with TestClient(app) as client:
        assert client.get("/health/ready").status_code == 200
        engine.dispose()
        path.write_bytes(b"this is not a database" * 100)
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
        assert answer.json()["type"] == "urn:saywhy:problem:store-unavailable"
        assert str(path) not in answer.text
        assert client.get("/health/live").status_code == 200


def test_it_is_not_ready_while_its_worker_cannot_start(resources: Resources) -> None:
    """Readiness is 503 until the worker has opened the store; nothing of the database is shown."""
    status = WorkerStatus()
    with TestClient(create_app(Settings(), resources, worker=nullcontext(status))) as client:
        assert client.get("/health/ready").status_code == 200
        status.failure = "postgresql://db.example cannot be reached"
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:saywhy:problem:store-unavailable")
        assert "db.example" not in answer.text
        assert client.get("/health/live").status_code == 200
        status.failure = None
        assert client.get("/health/ready").status_code == 200
