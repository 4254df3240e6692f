"""The application that the tests of the HTTP interface ask: the bundled models, and a store with reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources, open_resources
from models.annotator import Annotator
from saywhy import store
from saywhy.settings import Settings
from saywhy.store import Engine
from tests.api import SLASHED
from tests.builders.reports import FULL


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """The bundled models, and a store with three reports."""
    path = tmp_path_factory.mktemp("api") / "store.db"
    opened = open_resources(Settings(database_url=f"sqlite:///{path}"))
    with opened.engine.begin() as connection:
        workspace = store.workspaces.find(connection, opened.workspace)
        run = store.runs.start(connection, workspace, opened.annotator.model)
        for wave in (FULL.wave, SLASHED, "all"):
            store.reports.save(connection, workspace, run.id, replace(FULL, wave=wave))
    return opened


@pytest.fixture(scope="session")
def client(resources: Resources) -> Iterator[TestClient]:
    """A client of the application, which has one more route with a bug."""
    app = create_app(Settings(), resources)

    @app.get("/bug", include_in_schema=False)
    def bug() -> None:
        raise RuntimeError("the password is hunter2")

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def survey_client(survey_engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A client of the application on an analysed survey of three waves, in a store of its own."""
    with TestClient(create_app(Settings(), Resources(survey_engine, "default", annotator))) as client:
        yield client
