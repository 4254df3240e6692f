"""The worker: runs jobs in processes, renews leases, cancels, gives up, and stops cleanly."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.errors import StoreUnavailable
from saywhy.export_format import ExportFormat
from saywhy.feedback import Response, Score
from saywhy.job import Job, JobState
from service import jobs, worker
from service.files import JobFiles
from service.imports import BATCH
from service.job_kinds import ExportArguments
from service.job_process import WorkerOptions
from service.worker import working
from tests.builders.queued_imports import numbered_rows, queue_import, unfinished, wait_until


@pytest.fixture
def files(tmp_path: Path) -> JobFiles:
    """A folder of the files of jobs."""
    return JobFiles(tmp_path / "files")


@contextmanager
def worker_on(engine: Engine, files: JobFiles, slots: int = 1) -> Iterator[None]:
    """A worker in the background."""
    url = engine.url.render_as_string(hide_password=False)
    with working(WorkerOptions(url, data_dir=files.root, slots=slots, lease=timedelta(seconds=5))):
        yield


def ended(engine: Engine, job: Job, workspace: str = "w") -> Job:
    """The job, once it has ended."""
    wait_until(lambda: jobs.find_job(engine, workspace, job.id).state.is_terminal)
    return jobs.find_job(engine, workspace, job.id)


@pytest.mark.slow
def test_an_import_runs(engine: Engine, files: JobFiles) -> None:
    """The rows of an upload are saved and counted, and the file is deleted."""
    job = queue_import(engine, files, "w", "id,score,comment\na,0,Too slow\nb,12,odd\n", "april.csv")
    with worker_on(engine, files):
        done = ended(engine, job)
    assert done.state is JobState.SUCCEEDED
    assert done.result is not None
    assert {name: done.result[name] for name in ("rows", "new", "changed", "unchanged", "rejected")} == {
        "rows": 2, "new": 1, "changed": 0, "unchanged": 0, "rejected": 1,
    }  # fmt: skip
    assert done.arguments["file_name"] == "april.csv"
    assert not list(files.root.glob("uploads/*"))


@pytest.mark.slow
def test_a_file_that_cannot_be_read_fails_at_once(sqlite_engine: Engine, files: JobFiles) -> None:
    """An error that would occur again is not tried again, and the job says which; the worker goes on."""
    bad = queue_import(sqlite_engine, files, "w", "%PDF-1.7 nothing to see", "scan.pdf")
    good = queue_import(sqlite_engine, files, "w", "id,score,comment\na,0,Too slow\n")
    with worker_on(sqlite_engine, files):
        failed = ended(sqlite_engine, bad)
        assert ended(sqlite_engine, good).state is JobState.SUCCEEDED
    assert (failed.state, failed.attempts) == (JobState.FAILED, 1)
    assert failed.detail is not None
    assert "scan.pdf is" in failed.detail
    assert not list(files.root.glob("uploads/*"))


def test_an_export_runs(sqlite_engine: Engine, files: JobFiles) -> None:
    """The file of an export can be found until it has expired."""
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "w")
        store.responses.save(connection, workspace_id, [Response("file", "1", Score(0))])
    job = jobs.start(sqlite_engine, "w", ExportArguments(ExportFormat.JSONL))
    with worker_on(sqlite_engine, files):
        done = ended(sqlite_engine, job)
    assert done.result is not None
    assert done.result["rows"] == 1
    path = jobs.find_export(sqlite_engine, "w", files, job.id).path
    assert b'"id":"1","score":0' in path.read_bytes()


def children() -> list[int]:
    """The processes of jobs that this process has started."""
    import multiprocessing

    return [child.pid for child in multiprocessing.active_children() if child.name == "saywhy-job" and child.pid]


def started(engine: Engine, job: Job) -> Job:
    """The job, once it reports progress."""
    wait_until(lambda: jobs.find_job(engine, "w", job.id).progress.done)
    return jobs.find_job(engine, "w", job.id)


@pytest.mark.slow
def test_a_running_job_is_cancelled(sqlite_engine: Engine, files: JobFiles) -> None:
    """It stops, what it has saved stays, and it is not started again."""
    job = queue_import(sqlite_engine, files, "w", numbered_rows(60 * BATCH))
    with worker_on(sqlite_engine, files):
        started(sqlite_engine, job)
        jobs.cancel_job(sqlite_engine, "w", files, job.id)
        cancelled = ended(sqlite_engine, job)
    assert cancelled.state is JobState.CANCELLED
    with store.reading(sqlite_engine) as connection:
        saved = store.responses.count(connection, store.workspaces.find(connection, "w"))
    assert 0 < saved < 60 * BATCH
    assert saved % BATCH == 0
    assert not list(files.root.glob("uploads/*"))


@pytest.mark.slow
def test_a_worker_that_stops_gives_its_job_back(sqlite_engine: Engine, files: JobFiles) -> None:
    """The job is pending at once, without an attempt, and the next worker continues it."""
    rows = 5 * BATCH
    job = queue_import(sqlite_engine, files, "w", numbered_rows(rows))
    with worker_on(sqlite_engine, files):
        started(sqlite_engine, job)
    stopped = jobs.find_job(sqlite_engine, "w", job.id)
    if not stopped.state.is_terminal:  # the import may have been faster
        assert (stopped.state, stopped.attempts) == (JobState.PENDING, 0)
    with worker_on(sqlite_engine, files):
        done = ended(sqlite_engine, job)
    assert done.result is not None
    assert (done.result["new"], done.result["unchanged"]) == (rows, 0)


@pytest.mark.slow
def test_a_job_whose_process_dies_is_tried_again(
    sqlite_engine: Engine, files: JobFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker outlives the process of a job, waits, and starts it again; each row is saved once."""
    monkeypatch.setattr(worker, "BACKOFF", timedelta(seconds=0.1))
    rows = 2 * BATCH
    job = queue_import(sqlite_engine, files, "w", numbered_rows(rows))
    with worker_on(sqlite_engine, files):
        wait_until(children)
        os.kill(children()[0], signal.SIGKILL)
        done = ended(sqlite_engine, job)
    assert (done.state, done.attempts) == (JobState.SUCCEEDED, 1)
    assert done.result is not None
    assert (done.result["new"], done.result["unchanged"]) == (rows, 0)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_jobs_survive_what_they_are_forked_from(sqlite_engine: Engine, files: JobFiles, number: signal.Signals) -> None:
    """Told to stop, as by systemd, it stays as long as its worker; after it was killed, there is another one."""
    with worker_on(sqlite_engine, files):
        for name in ("before", "after"):
            job = queue_import(sqlite_engine, files, name, "id,score,comment\na,0,Too slow\n")
            assert ended(sqlite_engine, job, name).state is JobState.SUCCEEDED
            [template] = [child for child in psutil.Process().children() if "forkserver" in str(child.cmdline())]
            template.send_signal(number)


@pytest.mark.slow
def test_a_job_that_always_dies_fails(sqlite_engine: Engine, files: JobFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some attempts the job fails and says of what its process died."""
    monkeypatch.setattr(worker, "BACKOFF", timedelta(seconds=0.1))
    monkeypatch.setattr(worker, "ATTEMPTS", 2)
    job = queue_import(sqlite_engine, files, "w", numbered_rows(2 * BATCH))
    with worker_on(sqlite_engine, files):
        killed = set[int]()
        while len(killed) < 2:
            wait_until(lambda: set(children()) - killed)
            (process,) = set(children()) - killed
            os.kill(process, signal.SIGKILL)
            killed.add(process)
        failed = ended(sqlite_engine, job)
    assert (failed.state, failed.attempts, failed.detail) == (JobState.FAILED, 2, "its process died (SIGKILL)")


@pytest.mark.slow
def test_a_missing_upload_is_explained(sqlite_engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """A worker that does not share the server's folder says so."""
    job = queue_import(sqlite_engine, JobFiles(tmp_path / "elsewhere"), "w", numbered_rows(1))
    with worker_on(sqlite_engine, files):
        failed = ended(sqlite_engine, job)
    assert failed.detail is not None
    assert "SAYWHY_DATA_DIR" in failed.detail
    assert not unfinished(sqlite_engine)


def test_clearing_keeps_what_is_needed(sqlite_engine: Engine, files: JobFiles) -> None:
    """Old exports and uploads of no job are deleted; those of a job that waits are not, however old."""
    queue_import(sqlite_engine, files, "w", numbered_rows(1))
    _, abandoned = files.new_upload("abandoned.csv")
    _, export = files.new_export("responses.csv")
    _, fresh = files.new_export("responses.csv")
    fresh.touch()
    for folder in [*files.root.glob("uploads/*"), export.parent]:
        os.utime(folder, (0, 0))
    worker.clear(sqlite_engine, files, timedelta(days=30))
    assert not abandoned.parent.exists()
    assert not export.parent.exists()
    assert fresh.exists()
    assert len(list(files.root.glob("uploads/*/export.csv"))) == 1


@pytest.mark.slow
def test_a_worker_whose_store_cannot_be_opened_tries_again(
    sqlite_engine: Engine, files: JobFiles, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so, in the log too, after longer and longer pauses; once the store opens, it works."""
    monkeypatch.setattr(worker, "_PAUSE_AFTER_ERROR", 0.01)
    is_lost, open_store = threading.Event(), store.open_store
    is_lost.set()

    def opened(*arguments: Any) -> Engine:
        if is_lost.is_set():
            raise StoreUnavailable("the database is not migrated")
        return open_store(*arguments)

    monkeypatch.setattr(store, "open_store", opened)
    options = WorkerOptions(sqlite_engine.url.render_as_string(), data_dir=files.root, slots=1)
    with working(options) as status:
        wait_until(lambda: len(caplog.messages) >= 3)
        assert status.failure == "the database is not migrated"
        pauses = [float(message.split(" in ")[1].split(" s: ")[0]) for message in caplog.messages[:3]]
        assert pauses == [0.01, 0.02, 0.04]
        is_lost.clear()
        wait_until(lambda: status.failure is None)
        done = ended(sqlite_engine, queue_import(sqlite_engine, files, "w", numbered_rows(1)))
    assert done.state is JobState.SUCCEEDED
