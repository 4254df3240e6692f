"""Opening the store: a SQLAlchemy engine on the newest schema, whose connection errors are `StoreUnavailable`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import orjson
import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

from saywhy.errors import InvalidInput, SaywhyError, StoreBusy, StoreUnavailable
from saywhy.store import migrate
from saywhy.store.migrate import SchemaStatus

#: Seconds that a writer on SQLite waits for another writer.
BUSY_TIMEOUT = 60

#: Connections of a process that asks for no other number.
CONNECTIONS = 15

#: Seconds to wait for one of them, if all are in use.
POOL_TIMEOUT = 5

#: Seconds to wait for a PostgreSQL server, unless the URL sets `?connect_timeout=`.
CONNECT_TIMEOUT = 10

# The standard library's encoder, because orjson would write NaN as null; this one raises `ValueError`.
_to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def open_store(url: str, key_file: Path | None = None, *, connections: int = CONNECTIONS) -> Engine:
    """Connect to the database of a SQLAlchemy URL and migrate it to the newest schema.

    `sqlite:///file.db` (created if missing; several processes may share it) or `postgresql://…`. Use one engine in a
    process: `engine.begin()` for transactions that write, `reading(engine)` for those that only read.
    `key_file` has the keys of anonymous workspaces; None: beside an SQLite file, named as it with `-keys` appended.
    At most so many `connections` are open at once; who waits longer than `POOL_TIMEOUT` for one gets `StoreBusy`.
    Raises `StoreUnavailable`: invalid URL, server unreachable, file not writable, schema newer than this version.

    Later on, a store that is lost (server, file or tables) is `StoreUnavailable` until it is back, and a value that the
    database cannot store (a NUL or unpaired surrogate in a text, an integer of more than 64 bits) is `InvalidInput`.
    """
    engine = _create_engine(url, connections)
    if key_file is None and engine.dialect.name == "sqlite":
        key_file = Path(f"{engine.url.database}-keys")
    engine.update_execution_options(key_file=key_file)
    try:
        migrate.to_head(engine)
    finally:
        engine.dispose()
    if engine.dialect.name == "sqlite" and "uri" not in engine.url.query:
        _never_create(engine, Path(engine.url.database or "").absolute())
    return engine


def schema_status(url: str) -> SchemaStatus:
    """How the schema of a database stands, which is left as it is. Raises what `open_store` raises."""
    engine = _create_engine(url, 1)
    if engine.dialect.name == "sqlite" and "uri" not in engine.url.query:
        _never_create(engine, Path(engine.url.database or "").absolute())
    try:
        with reading(engine) as connection:
            return migrate.status(connection)
    finally:
        engine.dispose()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read-only transaction on one consistent snapshot. It does not block writers, and writers do not block it."""
    options: dict[str, Any] = {"sqlite_begin": "BEGIN"}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def connections_in_use(engine: Engine) -> int:
    """Connections of the pool that somebody uses at the moment."""
    return cast(sa.QueuePool, engine.pool).checkedout()


def check(connection: Connection) -> None:
    """Check that the database answers and has the schema of this version; raises `StoreUnavailable` otherwise."""
    migrate.check(connection)


class _Pool(sa.QueuePool):
    """A pool of connections in which a wait that is too long is `StoreBusy`."""

    def connect(self) -> sa.PoolProxiedConnection:
        try:
            return super().connect()
        except sa.exc.TimeoutError:
            raise StoreBusy from None


def _create_engine(url: str, connections: int) -> Engine:
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
        "poolclass": _Pool,
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": POOL_TIMEOUT,
        "pool_use_lifo": True,  # few connections with warm caches rather than all of them
    }
    if backend == "sqlite":
        engine = sa.create_engine(
            parsed.set(drivername="sqlite+pysqlite"), connect_args={"timeout": BUSY_TIMEOUT}, **options
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            connect_args={"connect_timeout": parsed.query.get("connect_timeout", CONNECT_TIMEOUT)},
            pool_pre_ping=True,  # reconnects before a transaction if the server was restarted
            **options,
        )
    event.listen(engine, "handle_error", _as_product_error, retval=True)
    return engine


def _never_create(engine: Engine, path: Path) -> None:
    """Open the SQLite file only while it exists, and leave it as soon as it is deleted or replaced.

    Otherwise a lost file would be replaced by an empty one, and open connections would go on with the lost one.
    """

    def open_existing(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> None:
        arguments[0] = f"file:{quote(str(path))}?mode=rw"
        options["uri"] = True

    def leave_lost_file(_connection: object, record: sa.pool.ConnectionPoolEntry, _proxy: object) -> None:
        try:
            stat = path.stat()
        except OSError:
            raise sa.exc.InvalidatePoolError from None
        if record.info.setdefault("file", (stat.st_dev, stat.st_ino)) != (stat.st_dev, stat.st_ino):
            raise sa.exc.InvalidatePoolError

    event.listen(engine, "do_connect", open_existing)
    event.listen(engine, "checkout", leave_lost_file)


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


def _as_product_error(context: sa.engine.ExceptionContext) -> SaywhyError | None:
    """Replace errors of the database's environment and of values that it cannot store; a faulty statement is a bug."""
    error = context.original_exception
    if isinstance(error, psycopg.DataError | OverflowError | UnicodeEncodeError):
        return InvalidInput("A text or number cannot be stored: it has characters that are no text, or is too large.")
    if not (_is_sqlite_outage(error) or isinstance(error, psycopg.OperationalError | psycopg.errors.UndefinedTable)):
        return None
    where = context.engine.url.render_as_string(hide_password=True) if context.engine else "the database"
    return StoreUnavailable(f"{where}: {str(error).strip()}")


def _is_sqlite_outage(error: BaseException) -> bool:
    # SQLITE_ERROR is a faulty statement, CONSTRAINT and MISMATCH invalid data; all others are the file, disk or a lock.
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(error, sqlite3.DatabaseError) or code is None:
        return False
    if code == sqlite3.SQLITE_ERROR:
        return str(error).startswith("no such table")  # the file was replaced by one that is not a store
    return code & 0xFF not in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH)
