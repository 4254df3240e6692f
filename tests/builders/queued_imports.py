"""Imports that wait in the queue, and workers as processes that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from saywhy import store
from saywhy.job import Job
from saywhy.store import Engine
from service import jobs
from service.files import JobFiles
from service.job_kinds import ImportArguments
from service.workspaces import create

CLI = [sys.executable, "-c", "from cli.main import app; app()"]

#: The root of the repository, from which processes import its packages.
ROOT = Path(__file__).parents[2]

#: Seconds after which a test gives up waiting for another process.
PATIENCE = 300


def queue_import(engine: Engine, files: JobFiles, workspace: str, content: str, name: str = "export.csv") -> Job:
    """An import of a file with this content that waits for a worker."""
    create(engine, workspace)
    key, path = files.new_upload(name)
    path.write_text(content)
    return jobs.start(engine, workspace, ImportArguments(key, name))


def numbered_rows(rows: int) -> str:
    """A CSV with so many different responses."""
    return "id,score,comment\n" + "".join(f"r{n},{n % 11},the parcel {n} came late\n" for n in range(rows))


def environment(engine: Engine, data_dir: Path, **variables: str) -> dict[str, str]:
    """The environment of a process that works on this store, with short leases."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SAYWHY_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "SAYWHY_ANONYMITY_KEY_FILE": str(engine.get_execution_options()["key_file"]),
        "SAYWHY_DATA_DIR": str(data_dir),
        "SAYWHY_JOB_LEASE": "1",
        "OMP_NUM_THREADS": "1",
        **variables,
    }


def start(*command: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start a command of `saywhy` in a process group of its own."""
    return subprocess.Popen(
        [*CLI, *command],
        env=environment,
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def kill(process: subprocess.Popen[str], *, with_jobs: bool) -> None:
    """SIGKILL the process; `with_jobs` also those that it has started, at the same moment."""
    with suppress(ProcessLookupError):
        if with_jobs:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def unfinished(engine: Engine) -> list[Job]:
    """The jobs of all workspaces that have not ended."""
    with store.reading(engine) as connection:
        return store.jobs.all_unfinished(connection)


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
