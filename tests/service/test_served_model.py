"""A promoted version takes the place of the one that serves while requests go on."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from models.promotion import promote, roll_back
from models.registry import Registry
from saywhy.settings import Settings
from service.served_model import ServedModel, stamp_of
from service.workspaces import create
from tests.builders.model_versions import add_version


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry without versions."""
    return Registry(tmp_path / "models")


def wait_for(served: ServedModel, version: str) -> None:
    """Until this version serves; the test fails if it never does."""
    deadline = time.monotonic() + 60
    while served.annotator.model != version:
        assert time.monotonic() < deadline, f"{served.annotator.model} still serves"
        time.sleep(0.05)


def test_the_promoted_version_serves_with_the_same_encoder(
    registry: Registry, annotator: Annotator, sqlite_engine: Engine
) -> None:
    """A version that differs in its heads takes over without loading the encoder again, and goes again."""
    with closing(ServedModel(annotator, registry.root, stamp_of(registry.root), sqlite_engine)) as served:
        version = add_version(registry, 0.5)
        assert served.annotator is annotator
        promote(registry, version, by="Ada")
        wait_for(served, version)
        assert served.annotator.encoder is annotator.encoder
        before = roll_back(registry, by="Ada")
        wait_for(served, before)


def test_a_damaged_champion_does_not_serve(
    registry: Registry, annotator: Annotator, sqlite_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """What serves goes on if the champion cannot be loaded, and the log says why."""
    with closing(ServedModel(annotator, registry.root, stamp_of(registry.root), sqlite_engine)) as served:
        version = add_version(registry, 0.5)
        promote(registry, version, by="Ada")
        wait_for(served, version)
        other = add_version(registry, 0.7)
        (registry.root / other / "hook.py").touch()
        aliases = registry.root / "aliases.json"
        part = registry.root / "part"
        part.write_text(aliases.read_text("utf-8").replace(version, other), "utf-8")
        part.replace(aliases)
        deadline = time.monotonic() + 60
        while "hook.py is no file" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert served.annotator.model == version


def test_no_request_fails_while_the_version_changes(
    sqlite_engine: Engine, registry: Registry, annotator: Annotator
) -> None:
    """Promoted and taken back over HTTP between requests, all are answered, and the version of each is one of both."""
    version = add_version(registry, 0.5)
    create(sqlite_engine, "default")
    resources = Resources(sqlite_engine, "default", annotator)
    resources = replace(resources, registry=registry.root, stamp=stamp_of(registry.root))
    body = {"comments": [{"id": 1, "text": "The staff were very friendly."}]}
    with TestClient(create_app(Settings(), resources)) as client:
        assert client.get("/v1/models").json()["serving"] == annotator.model
        promoted = client.post("/v1/models/candidate/promote", json={"analyse": False})
        assert promoted.json() == {"version": version, "job": None}
        seen: list[str] = []
        deadline = time.monotonic() + 60
        while version not in seen:
            assert time.monotonic() < deadline
            answer = client.post("/v1/classify", json=body)
            assert answer.status_code == 200
            seen.append(answer.json()["results"][0]["model"])
        assert set(seen) <= {annotator.model, version}
        assert client.get("/health/ready").json()["model"] == version
        assert client.post("/v1/classify?model=champion", json=body).status_code == 200
        again = client.post("/v1/models/rollback")
        assert (again.json()["version"], again.status_code) == (annotator.model, 200)
        assert again.json()["job"] is not None


def test_what_is_not_better_is_refused_with_the_reason(
    sqlite_engine: Engine, registry: Registry, annotator: Annotator
) -> None:
    """409 and the reasons of the gate; with a reason it is promoted; 404 for a version that there is not."""
    version = add_version(registry, 0.5, passes=False, reasons=("German is worse",))
    create(sqlite_engine, "default")
    resources = replace(Resources(sqlite_engine, "default", annotator), registry=registry.root)
    with TestClient(create_app(Settings(), resources)) as client:
        refused = client.post(f"/v1/models/{version}/promote", json={})
        assert refused.status_code == 409
        assert "German is worse" in refused.json()["detail"]
        assert client.post("/v1/models/nothing/promote", json={}).status_code == 404
        allowed = client.post(f"/v1/models/{version}/promote", json={"despite_gate": "a pilot", "analyse": False})
        assert allowed.status_code == 200
