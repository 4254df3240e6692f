"""`saywhy jobs`, `saywhy schedule` and `saywhy worker`."""

from __future__ import annotations

import getpass
import re
import signal
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Engine

from saywhy import store
from service import jobs
from service.files import JobFiles
from service.job_kinds import AnalyseArguments
from service.workspaces import create
from tests.builders.queued_imports import CLI, ROOT, environment, numbered_rows, queue_import, wait_until
from tests.cli import invoke


def test_jobs_are_listed_shown_and_cancelled(sqlite_url: str) -> None:
    """The list has the latest first; a cancelled job says so, and cannot be cancelled again."""
    engine = store.open_store(sqlite_url)
    create(engine, "default")
    for refit in (False, True):
        jobs.start(engine, "default", AnalyseArguments(refit))
    engine.dispose()
    listed = invoke(sqlite_url, "jobs", "list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["2", "1"]
    assert listed[1].endswith("analyse  pending")
    shown = invoke(sqlite_url, "jobs", "show", "2").stdout
    assert "  asked for: refit = True" in shown
    assert invoke(sqlite_url, "jobs", "cancel", "2").stdout == "Job 2 is cancelled.\n"
    again = invoke(sqlite_url, "jobs", "cancel", "2")
    assert (again.exit_code, again.stderr) == (1, "saywhy: job 2 has ended: cancelled\n")
    assert invoke(sqlite_url, "jobs", "list", "--state", "pending").stdout.startswith("1 ")
    assert invoke(sqlite_url, "jobs", "show", "9").stderr == "saywhy: there is no job 9\n"


def test_schedules_are_added_listed_and_removed(sqlite_url: str) -> None:
    """Adding prints the time at which it is due next, and the list has it."""
    added = invoke(sqlite_url, "schedule", "add", "export", "--cron", "0 2 * * *", "--argument", "format=xlsx")
    line = r"1  export format=xlsx wave=all  0 2 \* \* \* \(UTC\)  next: \d{4}-\d\d-\d\d 02:00 UTC  by (.+)\n"
    assert re.sub(line, r"\1", added.stdout) == getpass.getuser()
    assert invoke(sqlite_url, "schedule", "list").stdout == added.stdout
    assert invoke(sqlite_url, "schedule", "remove", "1").stdout == "Removed schedule 1.\n"
    assert invoke(sqlite_url, "schedule", "list").stdout == ""
    assert invoke(sqlite_url, "schedule", "remove", "1").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["analyse", "--cron", "soon"], "no cron expression"),
        (["import", "--cron", "0 2 * * *"], "there are: analyse, export"),
        (["analyse", "--cron", "0 2 * * *", "--time-zone", "Mars"], "no time zone"),
        (["export", "--cron", "0 2 * * *", "--argument", "format=doc"], "format"),
    ],
)
def test_what_cannot_be_scheduled_is_said_in_one_line(sqlite_url: str, arguments: list[str], message: str) -> None:
    """Exit code 1, nothing on stdout, one line on stderr."""
    result = invoke(sqlite_url, "schedule", "add", *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert message in result.stderr


@pytest.mark.slow
def test_a_worker_runs_jobs_until_it_is_stopped(sqlite_url: str, tmp_path: Path) -> None:
    """It logs what it does, ends on SIGTERM with exit code 0, and says nothing of what customers said."""
    engine = store.open_store(sqlite_url)
    job = queue_import(engine, JobFiles(tmp_path), "default", numbered_rows(3))
    process = subprocess.Popen(
        [*CLI, "worker", "--jobs", "1"],
        env=environment(engine, tmp_path),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: jobs.find_job(engine, "default", job.id).state.is_terminal)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "job 1 (import) starts" in log
    assert "job 1 (import): succeeded" in log
    assert "parcel" not in log
    engine.dispose()


def test_a_worker_without_a_store_ends_in_one_line(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A store that cannot be opened is one line on stderr."""
    variables = environment(sqlite_engine, tmp_path, SAYWHY_DATABASE_URL="sqlite:////nowhere/at/all.db")
    done = subprocess.run([*CLI, "worker"], env=variables, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
