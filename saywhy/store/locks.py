"""One analysis of a workspace at a time, whatever process it is in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy.errors import AnalysisRunning, StoreUnavailable

#: Tells our locks from those of other programs in the same PostgreSQL database: "WHY".
_OURS = 0x574859


@contextmanager
def analysing(engine: Engine, workspace: int) -> Iterator[None]:
    """Hold the workspace for an analysis; raises `AnalysisRunning` where another one holds it.

    The database and the operating system let go of it when the process ends, however it ends: whoever comes next knows
    that no other analysis lives.
    """
    hold = _hold_postgresql if engine.dialect.name == "postgresql" else _hold_sqlite
    with hold(engine, workspace) as is_held:
        if not is_held:
            raise AnalysisRunning
        yield


@contextmanager
def _hold_postgresql(engine: Engine, workspace: int) -> Iterator[bool]:
    key = sa.func.pg_try_advisory_lock(_OURS, workspace)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_held = bool(connection.scalar(sa.select(key)))
        try:
            yield is_held
        finally:
            if is_held:
                connection.scalar(sa.select(sa.func.pg_advisory_unlock(_OURS, workspace)))


@contextmanager
def _hold_sqlite(engine: Engine, workspace: int) -> Iterator[bool]:
    """In an empty file beside the database: a transaction there keeps nobody from writing into the database itself."""
    with engine.connect().execution_options(sqlite_begin=None) as connection:
        database = connection.scalar(sa.text("SELECT file FROM pragma_database_list WHERE name = 'main'"))
    with closing(sqlite3.connect(f"{database}-analysis-{workspace}", timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise StoreUnavailable(f"{database}-analysis-{workspace}: {error}") from None
            yield False
        else:
            yield True
