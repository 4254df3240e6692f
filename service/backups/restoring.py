"""Restore a backup: all of it, or nothing."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from saywhy import store
from saywhy.errors import BackupDamaged, Conflict, InvalidInput
from saywhy.store import Connection, Engine, dump
from service.backups import archive
from service.backups.archive import Manifest
from service.files import JobFiles, save


@dataclass(frozen=True, slots=True)
class Restored:
    """What was in the backup, the workspaces whose waves were closed, and what is wrong with anonymity keys."""

    manifest: Manifest
    closed: tuple[str, ...]
    keys: tuple[str, ...]


#: Bytes that a backup may have unpacked unless its owner allows more: some gigabytes are what backups are made for.
LARGEST = 32 * 1024**3


def restore(
    engine: Engine, files: JobFiles, path: Path, *, replace: bool, no_reports_since: bool, largest: int = LARGEST
) -> Restored:
    """Put the content of a backup in the place of the content of the store.

    Reports of anonymous workspaces that were made after the backup are forgotten, so that new ones cannot be compared
    with them (ADR 13): their waves accept no more responses, unless there were `no_reports_since`.

    Raises `BackupDamaged`; `InvalidInput` for a backup of more than `largest` bytes unpacked, as a small archive may
    fill every disk; `StoreUnavailable` for one of a newer version; `Conflict` if somebody else is connected to the
    database, if it has data and is not to be replaced, and if it has reports that there were not to be.
    """
    with archive.reading(path) as reader:
        manifest = reader.manifest
        dump.require_known(manifest.revision)
        if reader.size > largest:
            raise InvalidInput(
                f"{path} has {reader.size / 1024**3:,.2f} GiB unpacked, more than {largest / 1024**3:,.2f}; "
                "if you trust it, allow more by --max-size"
            )
        with dump.alone(engine) as connection:
            if dump.has_data(connection) and not replace:
                raise Conflict("the database has data; --replace deletes it and restores the backup")
            published = store.published_groups.latest(connection)
            _put_files(reader, files)
            with dump.replacing(connection, manifest.revision):
                _put_rows(connection, reader)
            restored = store.published_groups.latest(connection)
            later = [name for name, number in published.items() if number > restored.get(name, 0)]
            if later and no_reports_since:
                raise Conflict(
                    f"there are reports of anonymous workspaces since the backup: {', '.join(sorted(later))}"
                )
            closed = () if no_reports_since else _close_waves(connection)
            keys = _faults_of_keys(connection)
    return Restored(manifest, closed, keys)


def _put_rows(connection: Connection, reader: archive.Reader) -> None:
    for table in reader.manifest.tables:
        if dump.load(connection, table.name, table.columns, reader.lines(table)) != table.rows:
            raise BackupDamaged(f"the table {table.name} does not have {table.rows:,} rows")


def _put_files(reader: archive.Reader, files: JobFiles) -> None:
    """Put the files of jobs in their folders, whose random names no others have.

    Should the restore end before its transaction does, no job knows them, and workers delete them in time.
    """
    for part in reader.manifest.files:
        path = files.root / part.path
        for folder in (files.root, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                reader.copy(part, file)
            os.utime(name, (part.modified, part.modified))
            save(Path(name))
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)


def _close_waves(connection: Connection) -> tuple[str, ...]:
    published = sorted(store.published_groups.latest(connection))
    for name in published:
        store.workspaces.close_waves(connection, store.workspaces.find(connection, name))
    return tuple(published)


def _faults_of_keys(connection: Connection) -> tuple[str, ...]:
    """Why imports into anonymous workspaces are refused, for each that has no key here."""
    faults = []
    for name in store.workspaces.names(connection):
        try:
            store.workspaces.anonymity_key(connection, store.workspaces.find(connection, name))
        except Conflict as error:
            faults.append(error.detail)
    return tuple(faults)
