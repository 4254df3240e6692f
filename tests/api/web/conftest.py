"""A server with an analysed survey of three waves, an editor and a viewer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy.access import Role
from saywhy.settings import Settings
from service.people import add_person
from tests.api.test_sessions import PASSWORD
from tests.builders.access import check_at_once

BROWSER = {"accept": "text/html,*/*"}


@pytest.fixture
def app_client(survey_engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A browser on this machine, of a server without people: it may do everything."""
    with TestClient(create_app(Settings(), Resources(survey_engine, "default", annotator))) as client:
        client.headers.update(BROWSER)
        yield client


@pytest.fixture
def people(sqlite_engine: Engine, app_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The same server with an editor and a viewer; nobody is signed in yet."""
    check_at_once(monkeypatch)
    add_person(sqlite_engine, "default", "Eda", Role.EDITOR, PASSWORD)
    add_person(sqlite_engine, "default", "Vic", Role.VIEWER, PASSWORD)
    return app_client


def sign_in(client: TestClient, name: str) -> TestClient:
    """The client, with a session of this person."""
    answer = client.post("/sign-in", data={"name": name, "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303
    return client


@contextmanager
def served(resources: Resources) -> Iterator[str]:
    """The address of a real server on a free port."""
    server = uvicorn.Server(uvicorn.Config(create_app(Settings(), resources), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
