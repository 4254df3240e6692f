"""Browsers of people with different roles, before a server on any store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.access import Role
from saywhy.errors import Conflict
from saywhy.job import Claim
from saywhy.settings import Settings
from saywhy.store import Engine
from service.files import JobFiles
from service.job_kinds import KINDS, Models, RunningJob
from service.jobs import discard_upload
from service.people import add_person
from service.workspaces import create
from tests.api.test_sessions import PASSWORD
from tests.builders.followed_up import WORKSPACE

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
    """Do all jobs that wait, in this process: that a worker has processes do them is held by tests of the worker."""
    engine, files = resources.engine, JobFiles.of(resources.engine, resources.data_dir)
    while claim := _claim(engine):
        kind = KINDS[claim.job.kind]
        job = RunningJob(engine, claim, files, Models(threads=1), lambda *_: None)
        kind.run(job, kind.parse(claim.job.arguments))
        discard_upload(files, claim.job)


def _claim(engine: Engine) -> Claim | None:
    with engine.begin() as connection:
        return store.claims.take(connection, "tests", timedelta(minutes=5), deaths=1)
