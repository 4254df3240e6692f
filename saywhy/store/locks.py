"""Locks between processes: one analysis of a workspace at a time (ADR 7), one writer of a file.

All are released when the process ends, even if it is killed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy.errors import AnalysisRunning, StoreUnavailable

#: First key of the advisory locks, to distinguish them from those of other programs: "WHY" in ASCII.
_LOCK_CLASS = 0x574859


@contextmanager
def analysing(engine: Engine, workspace_id: int) -> Iterator[None]:
    """Lock the workspace for an analysis; raises `AnalysisRunning` if another analysis has the lock.

    The lock is released when the process ends, even if it is killed. So whoever gets it knows that no other analysis of
    the workspace is running.
    """
    lock = _lock_postgresql if engine.dialect.name == "postgresql" else _lock_sqlite
    with lock(engine, workspace_id) as is_locked:
        if not is_locked:
            raise AnalysisRunning
        yield


@contextmanager
def _lock_postgresql(engine: Engine, workspace_id: int) -> Iterator[bool]:
    """Take an advisory lock of the session; whether it was free."""
    key = sa.func.pg_try_advisory_lock(_LOCK_CLASS, workspace_id)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_locked = bool(connection.scalar(sa.select(key)))
        try:
            yield is_locked
        finally:
            if is_locked:
                connection.scalar(sa.select(sa.func.pg_advisory_unlock(_LOCK_CLASS, workspace_id)))


@contextmanager
def _lock_sqlite(engine: Engine, workspace_id: int) -> Iterator[bool]:
    """Lock a file beside the database, so that the database stays writable; whether it was free."""
    with engine.connect().execution_options(sqlite_begin=None) as connection:
        database = connection.scalar(sa.text("SELECT file FROM pragma_database_list WHERE name = 'main'"))
    with file_lock(Path(f"{database}-analysis-{workspace_id}")) as is_locked:
        yield is_locked


@contextmanager
def file_lock(path: Path, timeout: float = 0) -> Iterator[bool]:
    """Lock an empty file, which is created and remains; whether it was free within `timeout` seconds.

    Raises `StoreUnavailable` if the file cannot be created. An exclusive transaction of SQLite is a lock that every
    operating system releases with the process.
    """
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(closing(sqlite3.connect(path, timeout=timeout, isolation_level=None)))
            lock.execute("BEGIN EXCLUSIVE")
            is_locked = True
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise StoreUnavailable(f"{path}: {error}") from None
            is_locked = False
        yield is_locked
