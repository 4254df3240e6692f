"""Backups that are damaged, edited, of newer or of older versions."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.errors import BackupDamaged, InvalidInput, SaywhyError, StoreUnavailable
from saywhy.feedback import Comment, Score
from service.backups import archive, back_up
from service.files import JobFiles
from tests.builders.backups import content, edit, edit_manifest, fill, restored, wait_with_upload


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


@pytest.mark.slow
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
        head = 30 + sum(int.from_bytes(intact[offset : offset + 2], "little") for offset in (lengths, lengths + 2))
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
    "the revision as a table": lambda name, data: (
        data.replace(b'"efforts"', b'"alembic_version"') if name == "manifest.json" else data
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


def bomb(sqlite_engine: Engine, files: JobFiles, path: Path) -> None:
    """A backup of some kilobytes with an upload of 20 MB."""
    back_up(sqlite_engine, files, path)
    zeros, key = bytes(20_000_000), f"uploads/{'a' * 32}/x"
    edit_manifest(path, files=[{"path": key, "modified": 0, "sha256": sha256(zeros).hexdigest()}])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"files/{key}", zeros)


def test_a_backup_that_is_too_large_unpacked_is_refused(sqlite_engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """A small archive cannot fill the disk: it is refused before anything is written, and the error says what to do."""
    bomb(sqlite_engine, files, tmp_path / "b")
    with pytest.raises(InvalidInput, match=r"GiB unpacked.*--max-size"):
        restored(sqlite_engine, tmp_path / "b", replace=True, largest=10_000_000)
    assert not (tmp_path / "restored").exists()
    assert restored(sqlite_engine, tmp_path / "b", replace=True, largest=30_000_000).manifest.files


def test_a_member_that_hides_its_size_is_refused(sqlite_engine: Engine, files: JobFiles, tmp_path: Path) -> None:
    """No more is read of a member than the archive says that it has, and then it is not what was written."""
    path = tmp_path / "b"
    bomb(sqlite_engine, files, path)
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\1\2")  # the last entry of the directory, that of the upload
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(BackupDamaged):
        restored(sqlite_engine, path, replace=True, largest=10_000_000)
    assert not [file for file in (tmp_path / "restored").rglob("*") if file.is_file()]


@pytest.mark.parametrize("modified", [1e300, -1.0, float("nan"), float("inf")])
def test_files_have_a_time(sqlite_engine: Engine, files: JobFiles, tmp_path: Path, modified: float) -> None:
    """A file with a time that no file can have is refused."""
    back_up(sqlite_engine, files, tmp_path / "b")
    edit_manifest(tmp_path / "b", files=[{"path": f"uploads/{'a' * 32}/x", "modified": modified, "sha256": "0"}])
    with pytest.raises(BackupDamaged, match=r"no readable manifest"):
        restored(sqlite_engine, tmp_path / "b")


@pytest.mark.parametrize("name", ["a\0b", {}, "a" * 3000])
def test_values_that_do_not_fit_are_refused(
    engine: Engine, files: JobFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: Any
) -> None:
    """What the database cannot store, or a line without end, is damage, and the store stays as it was."""
    monkeypatch.setattr(archive, "_LONGEST_LINE", 2000)
    back_up(engine, files, tmp_path / "b")
    before = content(engine)
    line = json.dumps([1, name, 3]).encode() + b"\n"
    edit(tmp_path / "b", lambda member, data: line if "workspaces" in member else data)
    part = {"name": "workspaces", "columns": ["id", "name", "revision"], "rows": 1, "sha256": sha256(line).hexdigest()}
    edit_manifest(tmp_path / "b", tables=[part])
    if name == "a\0b" and engine.dialect.name == "sqlite":
        pytest.skip("SQLite stores it")
    with pytest.raises(BackupDamaged, match=r"row of workspaces"):
        restored(engine, tmp_path / "b", replace=True)
    assert content(engine) == before


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
