"""Opening the store: a SQLAlchemy engine on the newest schema, whose connection errors are `StoreUnavailable`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

from saywhy.errors import StoreUnavailable
from saywhy.store import migrate

#: Seconds that a writer on SQLite waits for another writer.
BUSY_TIMEOUT = 60

#: Seconds to wait for a PostgreSQL server, unless the URL sets `?connect_timeout=`.
CONNECT_TIMEOUT = 10

# The standard library's encoder, because orjson would write NaN as null; this one raises `ValueError`.
_to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def open_store(url: str, key_file: Path | None = None) -> Engine:
    """Connect to the database of a SQLAlchemy URL and migrate it to the newest schema.

    `sqlite:///file.db` (created if missing; several processes may share it) or `postgresql://…`. Use one engine in a
    process: `engine.begin()` for transactions that write, `reading(engine)` for those that only read.
    `key_file` has the keys of anonymous workspaces; None: beside an SQLite file, named as it with `-keys` appended.
    Raises `StoreUnavailable`: invalid URL, server unreachable, file not writable, schema newer than this version.
    """
    engine = _create_engine(url)
    if key_file is None and engine.dialect.name == "sqlite":
        key_file = Path(f"{engine.url.database}-keys")
    engine.update_execution_options(key_file=key_file)
    event.listen(engine, "handle_error", _as_store_unavailable, retval=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        migrate.to_head(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read-only transaction on one consistent snapshot. It does not block writers, and writers do not block it."""
    options: dict[str, Any] = {"sqlite_begin": "BEGIN"}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def check(connection: Connection) -> None:
    """Check that the database answers and has the schema of this version; raises `StoreUnavailable` otherwise."""
    migrate.check(connection)


def _create_engine(url: str) -> Engine:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise StoreUnavailable(
            "the database URL cannot be read; it looks like sqlite:///saywhy.db or postgresql://user@host/database"
        ) from None
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise StoreUnavailable(f"{backend}: the database is neither sqlite nor postgresql")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreUnavailable("an SQLite store needs a file, e.g. sqlite:///saywhy.db")
    options: dict[str, Any] = {
        "json_serializer": _to_json,
        "json_deserializer": orjson.loads,
        "hide_parameters": True,  # they are customers' names, addresses and comments
    }
    if backend == "sqlite":
        return sa.create_engine(
            parsed.set(drivername="sqlite+pysqlite"), connect_args={"timeout": BUSY_TIMEOUT}, **options
        )
    return sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": parsed.query.get("connect_timeout", CONNECT_TIMEOUT)},
        pool_pre_ping=True,  # reconnects before a transaction if the server was restarted
        **options,
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Disable the implicit transactions of Python's sqlite3; `_begin_sqlite` begins them.
    connection.isolation_level = None
    connection.create_function("lower", 1, _lower, deterministic=True)  # that of SQLite knows ASCII alone
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # safe with WAL
    connection.execute("PRAGMA cache_size = -65536")  # 64 MiB, because content hashes arrive in random order


def _lower(text: str | None) -> str | None:
    return text.lower() if isinstance(text, str) else text


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once, without waiting, if another one has written in
    # between. Therefore transactions that may write take the write lock when they begin.
    begin = connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE")
    if begin is not None:
        connection.exec_driver_sql(begin)


def _as_store_unavailable(context: sa.engine.ExceptionContext) -> StoreUnavailable | None:
    """Replace errors of the database's environment (not faulty statements) by `StoreUnavailable`."""
    error = context.original_exception
    if not (_is_sqlite_outage(error) or isinstance(error, psycopg.OperationalError)):
        return None
    where = context.engine.url.render_as_string(hide_password=True) if context.engine else "the database"
    return StoreUnavailable(f"{where}: {str(error).strip()}")


def _is_sqlite_outage(error: BaseException) -> bool:
    # SQLITE_ERROR is a faulty statement, CONSTRAINT and MISMATCH invalid data; all others are the file, disk or a lock.
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(error, sqlite3.DatabaseError) or code is None:
        return False
    return code & 0xFF not in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH)
