"""Workers and servers that are killed at any moment: no job is lost, and none is done twice."""

from __future__ import annotations

import random
import socket
import time
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.job import Job, JobState
from service import jobs
from service.files import JobFiles
from service.imports import BATCH
from service.job_kinds import AnalyseArguments
from service.reports.reading import read_report
from tests.builders.queued_imports import environment, kill, numbered_rows, queue_import, start, unfinished, wait_until

ROWS = 5 * BATCH


def stored(engine: Engine, workspace: str) -> int:
    """The number of responses in a workspace."""
    with store.reading(engine) as connection:
        return store.responses.count(connection, store.workspaces.find(connection, workspace))


def work_and_kill(engine: Engine, data_dir: Path, kills: int, longest: float) -> None:
    """Start a worker and kill it at a random moment, again and again; then let one finish all jobs."""
    variables = environment(engine, data_dir)
    for number in range(kills):
        process = start("worker", environment=variables)
        time.sleep(random.uniform(0.5, longest))
        kill(process, with_jobs=number % 2 == 0)
        if not unfinished(engine):
            return
    process = start("worker", environment=variables)
    try:
        wait_until(lambda: not unfinished(engine))
    finally:
        kill(process, with_jobs=True)


def check_imported_once(engine: Engine, imports: dict[str, Job], rows: int) -> None:
    """Each import has succeeded, and each of its rows was saved once, when it was new."""
    for workspace, job in imports.items():
        done = jobs.find_job(engine, workspace, job.id)
        assert (done.state, done.detail) == (JobState.SUCCEEDED, None)
        assert done.result is not None
        counts = [done.result[name] for name in ("rows", "new", "changed", "unchanged", "rejected")]
        assert counts == [rows, rows, 0, 0, 0]
        assert stored(engine, workspace) == rows


@pytest.mark.slow
def test_imports_survive_killed_workers(engine: Engine, tmp_path: Path) -> None:
    """Twice a worker is killed, with its jobs and without; then each row of two files is there once."""
    files = JobFiles(tmp_path)
    imports = {name: queue_import(engine, files, name, numbered_rows(ROWS)) for name in ("a", "b")}
    work_and_kill(engine, tmp_path, kills=2, longest=4)
    check_imported_once(engine, imports, ROWS)


@pytest.mark.exhaustive
def test_jobs_survive_fifty_kills(engine: Engine, tmp_path: Path) -> None:
    """Fifty times a worker is killed at a random moment of imports and analyses; all are done, none twice."""
    files, rows, kills = JobFiles(tmp_path), 400, 50
    imports: dict[str, Job] = {}
    analyses: list[tuple[str, Job]] = []
    while kills > 0:
        name = f"w{len(imports)}"
        imports[name] = queue_import(engine, files, name, numbered_rows(rows))
        work_and_kill(engine, tmp_path, kills=5, longest=6)
        analyses.append((name, jobs.start(engine, name, AnalyseArguments())))
        work_and_kill(engine, tmp_path, kills=5, longest=12)
        kills -= 10
    check_imported_once(engine, imports, rows)
    for name, job in analyses:
        assert jobs.find_job(engine, name, job.id).state is JobState.SUCCEEDED
        assert read_report(engine, name, "all").counts.responses == rows


@pytest.mark.exhaustive
def test_one_of_two_workers_is_killed(postgresql_engine: Engine, tmp_path: Path) -> None:
    """Two workers share forty imports on one PostgreSQL; one is killed on the way, and every job is done once."""
    engine, files, rows = postgresql_engine, JobFiles(tmp_path), 2 * BATCH
    imports = {f"w{n}": queue_import(engine, files, f"w{n}", numbered_rows(rows)) for n in range(40)}
    variables = environment(engine, tmp_path)
    workers = [start("worker", environment=variables) for _ in range(2)]
    try:
        wait_until(lambda: len(unfinished(engine)) < 30)
        kill(workers[0], with_jobs=True)
        assert len(unfinished(engine)) > 5
        wait_until(lambda: not unfinished(engine))
    finally:
        for process in workers:
            kill(process, with_jobs=True)
    check_imported_once(engine, imports, rows)


@pytest.mark.exhaustive
def test_responses_survive_a_killed_server(engine: Engine, tmp_path: Path) -> None:
    """A client that repeats its requests while the server is killed ten times has each response saved once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = environment(engine, tmp_path)
    server, kill_at = None, 0.0
    sent, new, kills, batch = 0, 0, 0, 10
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        while kills < 10:
            body = {"source": "s", "responses": [{"id": f"r{sent + n}", "score": n} for n in range(batch)]}
            headers = {"Idempotency-Key": uuid4().hex}
            while True:
                if server is None:
                    server = start("serve", "--port", str(port), environment=variables)
                    kill_at = 0.0
                try:
                    answer = client.post("/v1/responses", json=body, headers=headers)
                except httpx2.TransportError:
                    time.sleep(0.05)
                    answer = None
                if answer is not None and not kill_at:  # it serves: its time runs
                    kill_at = time.monotonic() + random.uniform(0, 2)
                if kill_at and time.monotonic() > kill_at:
                    kill(server, with_jobs=True)
                    server, kills = None, kills + 1
                if answer is not None:
                    break
            assert answer.status_code == 200
            sent += batch
            new += answer.json()["new"]
            assert not answer.json()["unchanged"]
    if server is not None:
        kill(server, with_jobs=True)
    assert stored(engine, "default") == sent == new
