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
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.errors import BackupDamaged, Conflict, InvalidInput, SaywhyError, StoreUnavailable
from saywhy.feedback import Comment, Response, Score
from service.backups import Restored, back_up, restore
from service.files import JobFiles
from tests.builders.backups import content, fill, fill_anonymous, publish, wait_with_upload
from tests.builders.fixed_survey import analysed, responses
from tests.builders.queued_imports import ROOT

Restore = Callable[..., Restored]


@pytest.fixture
def files(tmp_path: Path) -> JobFiles:
    """The files of the jobs of the store that is backed up."""
    return JobFiles(tmp_path / "files")


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Another store, once of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'target.db'}"
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "target.db")
    else:
        url = request.getfixturevalue("postgresql_url")
    engine = store.open_store(url, tmp_path / "target-keys.json")
    yield engine
    engine.dispose()


def restored(engine: Engine, path: Path, **options: bool) -> Restored:
    """Restore with the files beside the backup."""
    return restore(
        engine, JobFiles(path.parent / "restored"), path, **{"replace": False, "no_reports_since": False, **options}
    )


def edit(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write the archive again with changed members; None leaves one out."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            if (changed := change(name, data)) is not None:
                archive.writestr(name, changed)


def edit_manifest(path: Path, **values: Any) -> None:
    """Give the manifest other values."""
    edit(path, lambda name, data: json.dumps(json.loads(data) | values).encode() if name == "manifest.json" else data)


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


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_backup_is_refused(sqlite_engine: Engine, files: JobFiles, tmp_path: Path, share: float) -> None:
    """Of a file that ends too soon nothing is restored."""
    fill(sqlite_engine)
    path = tmp_path / "b"
    back_up(sqlite_engine, files, path)
    before = content(sqlite_engine)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(BackupDamaged):
        restored(sqlite_engine, path, replace=True)
    assert content(sqlite_engine) == before


def test_a_backup_with_wrong_bytes_is_refused(engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """Bytes that have changed anywhere in the content are noticed, and the store stays as it was."""
    fill(engine)
    wait_with_upload(engine, files, "id,score\n1,9\n" * 50)
    path = tmp_path / "b"
    back_up(engine, files, path)
    before, intact = content(engine), path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if member.file_size > 100]
    for member in members:
        damaged = bytearray(intact)
        lengths = member.header_offset + 26  # of name and extra field, after which the data begin
        head = 30 + sum(int.from_bytes(intact[place : place + 2], "little") for place in (lengths, lengths + 2))
        damaged[member.header_offset + head + member.compress_size // 2] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(SaywhyError):
            restored(engine, path, replace=True)
        assert content(engine) == before


CHANGES: dict[str, Callable[[str, bytes], bytes | None]] = {
    "no manifest": lambda name, data: None if name == "manifest.json" else data,
    "no JSON": lambda name, data: b"{" if name == "manifest.json" else data,
    "a list": lambda name, data: b"[1]" if name == "manifest.json" else data,
    "a member less": lambda name, data: None if "responses" in name else data,
    "a row less": lambda name, data: data.partition(b"\n")[2] if "responses" in name else data,
    "another value": lambda _, data: data.replace(b"Ada", b"Eve"),
    "a column less": lambda name, data: data.replace(b'"score"', b'"scare"') if name == "manifest.json" else data,
    "a table more": lambda name, data: (
        data.replace(b'"efforts"', b'"sqlite_master"') if name == "manifest.json" else data
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_backup_that_was_edited_is_refused(
    engine: Engine, files: JobFiles, tmp_path: Path, change: Callable[[str, bytes], bytes | None]
) -> None:
    """Members that are missing, or not those that were written, are noticed, and the store stays as it was."""
    fill(engine)
    back_up(engine, files, tmp_path / "b")
    before = content(engine)
    edit(tmp_path / "b", change)
    with pytest.raises(BackupDamaged):
        restored(engine, tmp_path / "b", replace=True)
    assert content(engine) == before


@pytest.mark.parametrize(
    "path", ["uploads/../../escaped", f"uploads/{'a' * 32}/..", "/etc/passwd", f"uploads/{'a' * 32}/x/y"]
)
def test_files_stay_in_their_folder(sqlite_engine: Engine, files: JobFiles, tmp_path: Path, path: str) -> None:
    """A file with a path that leads elsewhere is refused."""
    back_up(sqlite_engine, files, tmp_path / "b")
    edit_manifest(tmp_path / "b", files=[{"path": path, "modified": 0, "sha256": "0"}])
    with pytest.raises(BackupDamaged):
        restored(sqlite_engine, tmp_path / "b")
    assert not (tmp_path / "escaped").exists()


def test_a_newer_backup_is_refused(sqlite_engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """A backup in a newer format, or with a newer schema, is refused, and the error says to upgrade."""
    back_up(sqlite_engine, files, tmp_path / "b")
    edit_manifest(tmp_path / "b", revision="of-tomorrow")
    with pytest.raises(StoreUnavailable, match=r"of-tomorrow.*upgrade saywhy"):
        restored(sqlite_engine, tmp_path / "b")
    edit_manifest(tmp_path / "b", format=2, version="9.0", tables="of another kind")
    with pytest.raises(InvalidInput, match=r"saywhy 9\.0.*upgrade saywhy"):
        restored(sqlite_engine, tmp_path / "b")


def test_a_backup_of_an_older_version_is_migrated(target: Engine, files: JobFiles, tmp_path: Path) -> None:
    """Rows that fit an earlier schema are taken into that schema, and then brought to the present one."""
    back_up(target, files, tmp_path / "b")
    rows: dict[str, dict[str, Any]] = {
        "workspaces": {"id": 1, "name": "default", "revision": 3},
        "comments": {
            "content_hash": "ab",
            "workspace_id": 1,
            "verbatim": "slow",
            "is_answer": True,
            "is_cleaned": False,
        },
        "responses": {
            "id": 7,
            "workspace_id": 1,
            "source": "f",
            "external_id": "1",
            "score": 0,
            "scale": "0-10",
            "content_hash": "ab",
            "answered_at": "2026-03-02T06:24:41+00:00",
            "segments": {"plan": ["Pro"]},
            "customer_revenue": "12.50",
        },
    }
    lines = {name: json.dumps(list(row.values())).encode() + b"\n" for name, row in rows.items()}
    edit(tmp_path / "b", lambda name, data: lines.get(Path(name).stem, data))
    parts = [
        {"name": name, "columns": list(row), "rows": 1, "sha256": sha256(lines[name]).hexdigest()}
        for name, row in rows.items()
    ]
    edit_manifest(tmp_path / "b", revision="0012", tables=parts)
    restored(target, tmp_path / "b")
    with store.reading(target) as connection:
        store.check(connection)
        [response] = store.responses.load(connection, 1)
    assert (response.score, response.comment) == (Score(0), Comment("slow"))
    assert response.customer is not None
    assert str(response.customer.revenue) == "12.50"


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
