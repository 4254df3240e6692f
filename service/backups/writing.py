"""Write a backup: one snapshot of all rows, and the files that its jobs need."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from saywhy import __version__, store
from saywhy.errors import Expired
from saywhy.store import Connection, Engine, dump
from service.backups import archive
from service.backups.archive import FilePart, Manifest, TablePart
from service.files import JobFiles

_CHUNK = 1024 * 1024


class _UploadGone(Exception):
    """The job of an upload has ended since the snapshot, and its file was deleted: a later snapshot is needed."""


def back_up(engine: Engine, files: JobFiles, path: Path) -> Manifest:
    """Write the store to a new file, while servers and workers go on; what is in it.

    Not in it: the keys of anonymous workspaces, which must not be where their pseudonyms are, and sessions. Raises
    `Conflict` if the file exists.
    """
    with archive.writing(path) as writer:
        copied, missing = dict[str, FilePart](), set[str]()
        while True:
            with store.reading(engine) as connection:
                try:
                    _copy_files(connection, files, writer, copied, missing)  # before somebody deletes them
                except _UploadGone as gone:
                    missing.add(str(gone))  # if the next snapshot needs it too, it is lost for good
                    continue
                manifest = _copy_rows(connection, writer, tuple(copied.values()))
                break
        writer.add(archive.MANIFEST, [manifest.model_dump_json(indent=1).encode()])
    return manifest


def _copy_rows(connection: Connection, writer: archive.Writer, files: tuple[FilePart, ...]) -> Manifest:
    created_at, tables = datetime.now(UTC), list[TablePart]()
    for name in dump.table_names():
        rows, sha256 = writer.add(f"tables/{name}.jsonl", dump.lines(connection, name))
        tables.append(TablePart(name=name, columns=tuple(dump.column_names(name)), rows=rows, sha256=sha256))
    return Manifest(
        format=archive.FORMAT,
        version=__version__,
        revision=dump.schema(connection),
        created_at=created_at,
        tables=tuple(tables),
        files=files,
    )


def _copy_files(
    connection: Connection,
    files: JobFiles,
    writer: archive.Writer,
    copied: dict[str, FilePart],
    missing: Collection[str],
) -> None:
    """Copy the files of the snapshot that are there; those of an earlier one that were copied already stay.

    Raises `_UploadGone` for an upload that is not there and not among the missing ones.
    """
    uploads, exports = store.jobs.all_files(connection)
    for key in uploads:
        try:
            _copy(writer, copied, f"uploads/{key}", files.upload(key))
        except (Expired, FileNotFoundError):
            if key not in missing:
                raise _UploadGone(key) from None
    for key in exports:
        try:
            _copy(writer, copied, f"exports/{key}", files.export(key))
        except (Expired, FileNotFoundError):
            continue


def _copy(writer: archive.Writer, copied: dict[str, FilePart], name: str, path: Path) -> None:
    if name not in copied:
        with path.open("rb") as file:
            _, sha256 = writer.add(f"files/{name}", iter(lambda: file.read(_CHUNK), b""))
        copied[name] = FilePart(path=name, modified=path.stat().st_mtime, sha256=sha256)
