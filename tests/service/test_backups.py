"""Backups: a store in one file, on and between both databases; all of it is restored, or nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.errors import Conflict
from saywhy.feedback import Comment, Response, Score
from service.backups import back_up
from service.files import JobFiles
from tests.builders.backups import content, fill, fill_anonymous, publish, restored, wait_with_upload
from tests.builders.fixed_survey import analysed, responses
from tests.builders.queued_imports import ROOT


@pytest.mark.slow
def test_a_store_moves_with_everything(engine: Engine, target: Engine, files: JobFiles, tmp_path: Path) -> None:
    """Every row and file is the same in another store of either kind, and new rows get new numbers."""
    analysed(engine, responses())
    fill(engine)
    _, key = wait_with_upload(engine, files, "id,score\n1,9\n")
    manifest = back_up(engine, files, tmp_path / "b")
    before = content(engine)
    assert {table.name: table.rows for table in manifest.tables} == {name: len(rows) for name, rows in before.items()}
    assert {"responses", "annotations", "cases", "case_events", "people", "jobs", "reports"} <= {
        name for name, rows in before.items() if rows
    }
    restored(target, tmp_path / "b")
    assert content(target) == before
    assert JobFiles(tmp_path / "restored").upload(key).read_text() == "id,score\n1,9\n"
    fill_again = [Response("later", "1", Score(3), Comment("too slow"))]
    with target.begin() as connection:
        store.check(connection)
        workspace_id = store.workspaces.ensure(connection, "another")
        assert store.responses.save(connection, workspace_id, fill_again).new == 1
        assert list(store.responses.load(connection, workspace_id)) == fill_again


@pytest.mark.slow
def test_the_backup_is_one_moment_of_a_store_that_is_written(
    engine: Engine, target: Engine, files: JobFiles, tmp_path: Path
) -> None:
    """While transactions of twenty responses each are written, a backup has all or nothing of each."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "default")
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        for start in range(0, 100_000, 20):
            with engine.begin() as connection:
                batch = [Response("f", str(n), Score(n % 11), Comment(f"why {n}")) for n in range(start, start + 20)]
                store.responses.save(connection, workspace_id, batch)
            written.set()
            if stop.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        written.wait()
        for number in range(5):
            back_up(engine, files, tmp_path / f"b{number}")
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        manifest = restored(target, tmp_path / f"b{number}", replace=number > 0).manifest
        rows = {table.name: table.rows for table in manifest.tables}
        assert rows["responses"] == rows["comments"] > 0
        assert rows["responses"] % 20 == 0


def test_only_an_empty_store_is_filled_unless_told(engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """A store with data is replaced only if that is said, and then has nothing else."""
    fill(engine)
    back_up(engine, files, tmp_path / "b")
    before = content(engine)
    with engine.begin() as connection:
        store.responses.save(connection, store.workspaces.ensure(connection, "new"), [Response("f", "1", Score(1))])
    changed = content(engine)
    with pytest.raises(Conflict, match="--replace"):
        restored(engine, tmp_path / "b")
    assert content(engine) == changed
    restored(engine, tmp_path / "b", replace=True)
    assert content(engine) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from saywhy import store
from saywhy.store import dump
from service import backups
from service.backups import archive, restoring, writing
from service.files import JobFiles

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

url, keys, path, action = sys.argv[1:]
engine = store.open_store(url, Path(keys))
files = JobFiles(Path(path).parent / "restored")
if action == "back up":
    dump.schema = die
    backups.back_up(engine, files, Path(path))
else:
    load = dump.load
    dump.load = lambda connection, table, *rest: die() if table == "reports" else load(connection, table, *rest)
    backups.restore(engine, files, Path(path), replace=True, no_reports_since=True)
"""


def killed(engine: Engine, path: Path, action: str) -> None:
    """Back up or restore in a process that is killed (SIGKILL) when most of it is done."""
    url = engine.url.render_as_string(hide_password=False)
    keys = engine.get_execution_options()["key_file"]
    engine.dispose()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(keys), str(path), action],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.slow
def test_a_killed_restore_leaves_the_store(engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """What a restore was to replace is there as before if it was killed, and the next one succeeds."""
    fill(engine)
    back_up(engine, files, tmp_path / "b")
    with engine.begin() as connection:
        store.responses.save(connection, store.workspaces.ensure(connection, "new"), [Response("f", "1", Score(1))])
    before = content(engine)
    killed(engine, tmp_path / "b", "restore")
    assert content(engine) == before
    restored(engine, tmp_path / "b", replace=True)
    assert content(engine) != before


def test_a_killed_backup_is_no_file(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Half a backup never has the name of a whole one."""
    fill(sqlite_engine)
    killed(sqlite_engine, tmp_path / "b", "back up")
    assert not (tmp_path / "b").exists()
    assert list(tmp_path.glob(".b.*.partial"))


def test_a_backup_is_for_its_owner_and_replaces_none(sqlite_engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """Nobody else may read the file, and a second one of that name is refused, without a trace."""
    back_up(sqlite_engine, files, tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Conflict, match="exists already"):
        back_up(sqlite_engine, files, tmp_path / "b")
    assert not list(tmp_path.glob("*.partial")) + list(tmp_path.glob(".*.partial"))


def test_nothing_is_restored_under_a_running_server(engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """While somebody else is connected to the database, a restore is refused."""
    fill(engine)
    back_up(engine, files, tmp_path / "b")
    server = store.open_store(
        engine.url.render_as_string(hide_password=False), engine.get_execution_options()["key_file"]
    )
    with store.reading(server) as connection:
        store.check(connection)
    # The connection is idle in the pool of the server.
    with pytest.raises(Conflict, match="stop its servers and workers"):
        restored(engine, tmp_path / "b", replace=True)
    server.dispose()
    restored(engine, tmp_path / "b", replace=True)


def test_an_upload_that_was_used_since_the_snapshot_needs_another_one(
    engine: Engine, files: JobFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the job of an upload ends while the backup begins, the backup has it as ended, and not without its file."""
    fill(engine)
    job, key = wait_with_upload(engine, files, "id,score\n1,9\n")
    upload = JobFiles.upload

    def end_first(self: JobFiles, asked: str) -> Path:
        monkeypatch.undo()
        with engine.begin() as connection:
            store.jobs.request_cancel(connection, store.workspaces.find(connection, "default"), job.id)
        self.delete_upload(key)
        return upload(self, asked)

    monkeypatch.setattr(JobFiles, "upload", end_first)
    manifest = back_up(engine, files, tmp_path / "b")
    assert manifest.files == ()
    restored(engine, tmp_path / "b", replace=True)
    with store.reading(engine) as connection:
        assert store.jobs.all_unfinished(connection) == []


def test_an_upload_that_is_lost_for_good_ends_no_backup(sqlite_engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """A file that somebody deleted by hand is missing afterwards as before."""
    fill(sqlite_engine)
    _, key = wait_with_upload(sqlite_engine, files, "id,score\n1,9\n")
    files.delete_upload(key)
    assert back_up(sqlite_engine, files, tmp_path / "b").files == ()


def test_keys_of_anonymous_workspaces_are_not_in_it(
    engine: Engine, target: Engine, files: JobFiles, tmp_path: Path
) -> None:
    """Who has the backup has pseudonyms without their key; a restore says that the key is missing."""
    fill_anonymous(engine)
    key_file = Path(engine.get_execution_options()["key_file"])
    back_up(engine, files, tmp_path / "b")
    secret = json.loads(key_file.read_text())["secret"].encode()
    with zipfile.ZipFile(tmp_path / "b") as archive:
        assert not any(secret in archive.read(name) for name in archive.namelist())
    [fault] = restored(target, tmp_path / "b").keys
    assert "'staff' is missing" in fault
    shutil.copy(key_file, tmp_path / "target-keys.json")
    assert restored(target, tmp_path / "b", replace=True).keys == ()


def test_waves_are_closed_where_reports_may_be_forgotten(engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """After a restore, published waves of an anonymous workspace accept nothing, unless nothing was published since."""
    fill_anonymous(engine)
    publish(engine, b"\1")
    back_up(engine, files, tmp_path / "b")
    assert restored(engine, tmp_path / "b", replace=True, no_reports_since=True).closed == ()
    assert closed_waves(engine) == set()
    publish(engine, b"\2")
    before = content(engine)
    with pytest.raises(Conflict, match="since the backup: staff"):
        restored(engine, tmp_path / "b", replace=True, no_reports_since=True)
    assert content(engine) == before
    assert restored(engine, tmp_path / "b", replace=True).closed == ("staff",)
    assert closed_waves(engine) == {"W1"}


def closed_waves(engine: Engine) -> set[str | None]:
    """The closed waves of the anonymous workspace."""
    with store.reading(engine) as connection:
        return store.workspaces.closed_waves(connection, store.workspaces.find(connection, "staff"))
