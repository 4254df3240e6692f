"""Browsers of people with different roles, before a server on any store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy.access import Role
from saywhy.errors import Conflict
from saywhy.job import JobState
from saywhy.settings import Settings
from saywhy.store import Engine
from service.job_process import WorkerOptions
from service.jobs import list_jobs
from service.people import add_person
from service.worker import working
from service.workspaces import create
from tests.api.test_sessions import PASSWORD
from tests.builders.followed_up import WORKSPACE
from tests.builders.queued_imports import wait_until

BROWSER = {"accept": "text/html,*/*"}


@contextmanager
def visitor(
    engine: Engine, annotator: Annotator, role: Role | None, resources: Resources | None = None
) -> Iterator[TestClient]:
    """The browser of somebody signed in with a role, whose name is the role's; None: on the machine of the server."""
    create(engine, WORKSPACE)
    with TestClient(create_app(Settings(), resources or Resources(engine, WORKSPACE, annotator))) as client:
        client.headers.update(BROWSER)
        if role is not None:
            with suppress(Conflict):  # signs in again
                add_person(engine, WORKSPACE, role.value, role, PASSWORD)
            sent = {"name": role.value, "password": PASSWORD}
            assert client.post("/sign-in", data=sent, follow_redirects=False).status_code == 303
        yield client


def run_jobs(resources: Resources) -> None:
    """Have a worker do all jobs that wait."""
    url = resources.engine.url.render_as_string(hide_password=False)
    unfinished = (JobState.PENDING, JobState.RUNNING)
    with working(WorkerOptions(url, data_dir=resources.data_dir, slots=1)):
        wait_until(lambda: not list_jobs(resources.engine, WORKSPACE, states=unfinished).entries)
