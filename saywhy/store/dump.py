"""All rows of a store as lines of JSON, table by table: the same for both databases, so that a store can move.

They fit the schema of the version that wrote them. `replacing` makes that schema, takes the rows, and then migrates as
any older database, in one transaction: whoever is killed in it leaves the store as it was.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Column, Connection, Engine, Table

from saywhy.errors import BackupDamaged, Conflict, InvalidInput, StoreUnavailable
from saywhy.store import migrate
from saywhy.store.statements import STREAMED
from saywhy.store.tables import metadata
from saywhy.store.types import JSON, UtcDateTime

#: Tables that are not worth keeping: who has signed in signs in again.
_TRANSIENT = frozenset({"sessions", "rate_windows"})

#: Rows in one statement.
_BATCH = 500

#: Seconds to wait for the last connection of a process that ends.
_PATIENCE = 2


def schema(connection: Connection) -> str:
    """The revision of the schema that the rows fit."""
    return migrate.status(connection).wanted


def require_known(revision: str) -> None:
    """Raise `StoreUnavailable` if rows that fit this revision are of a newer version."""
    migrate.require_known(revision, "the backup has")


def table_names() -> list[str]:
    """The tables to keep, each after those to which it refers."""
    return [table.name for table in metadata.sorted_tables if table.name not in _TRANSIENT]


def column_names(table: str) -> list[str]:
    """The columns of a table, in the order of the values in its lines."""
    return list(metadata.tables[table].columns.keys())


def lines(connection: Connection, table: str) -> Iterator[bytes]:
    """The rows of a table, each a line: an array of values. Bytes are in base64, times in UTC, amounts are texts."""
    for row in connection.execute(sa.select(metadata.tables[table]), execution_options=STREAMED):
        yield orjson.dumps(list(row), default=_encode, option=orjson.OPT_APPEND_NEWLINE)


def has_data(connection: Connection) -> bool:
    """Whether there is anything but the names of workspaces."""
    tables = (table for table in metadata.sorted_tables if table.name not in {*_TRANSIENT, "workspaces"})
    return any(connection.scalar(sa.select(sa.exists(sa.select(table)))) for table in tables)


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A transaction while nobody else is connected to the database. Raises `Conflict` if somebody is.

    Otherwise a server would go on with what it remembers of the old rows, and a worker with a job of theirs.
    """
    engine.dispose()  # on SQLite, only a connection that has read nothing yet can ask to be the only one
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.execution_options(sqlite_begin=None)
                connection.exec_driver_sql("PRAGMA locking_mode = EXCLUSIVE")
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * _PATIENCE}")
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")  # they are checked at the end
                connection.rollback()
                connection.execution_options(sqlite_begin="BEGIN EXCLUSIVE")
            _begin_alone(connection)
            yield connection
            connection.commit()
            connection.invalidate()  # it has options that are not for others
    finally:
        engine.dispose()


def _begin_alone(connection: Connection) -> None:
    refusal = Conflict("somebody else is connected to the database: stop its servers and workers first")
    if connection.dialect.name == "sqlite":
        try:
            connection.begin()
        except StoreUnavailable as error:
            raise (refusal if "locked" in error.detail else error) from None
        return
    migrate.lock(connection)
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    if connection.scalar(sa.text(f"{query} AND usesysid IS NOT NULL")):  # those of the server itself have no user
        raise refusal


@contextmanager
def replacing(connection: Connection, revision: str) -> Iterator[None]:
    """Make all tables anew, as of this revision, for `load`; then migrate them. In the transaction of `alone`.

    Raises `BackupDamaged` if the rows refer to some that are not there.
    """
    for table in reversed(metadata.sorted_tables):
        table.drop(connection)
    connection.exec_driver_sql("DROP TABLE alembic_version")
    migrate.upgrade(connection, revision)
    yield
    if connection.dialect.name == "postgresql":
        _set_sequences(connection)
    elif broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise BackupDamaged(f"a row of {broken[0]} refers to one of {broken[2]} that is not in the backup")
    migrate.upgrade(connection)


def load(connection: Connection, table_name: str, columns: Sequence[str], lines: Iterable[bytes]) -> int:
    """Insert the rows of a table, whose lines have these columns; their number.

    Raises `BackupDamaged` if they do not fit the schema.
    """
    if table_name not in set(sa.inspect(connection).get_table_names()) - {"alembic_version"}:
        raise BackupDamaged(f"its schema has no table {table_name}")
    try:
        table = _table(connection, table_name)
        decoders = [_decoder(table.columns[name].type) for name in columns]
    except KeyError:
        raise BackupDamaged(f"its table {table_name} has columns that are not in its schema") from None
    count, remaining = 0, iter(lines)
    while batch := list(islice(remaining, _BATCH)):
        try:
            rows = [dict(zip(columns, _decoded(line, decoders), strict=True)) for line in batch]
            connection.execute(sa.insert(table), rows)
        except (ValueError, TypeError, ArithmeticError, InvalidInput, sa.exc.StatementError) as error:
            reason = type(error).__name__  # the message may quote the row
            raise BackupDamaged(f"a row of {table_name} after the first {count:,} cannot be stored: {reason}") from None
        count += len(rows)
    return count


def _set_sequences(connection: Connection) -> None:
    """Let PostgreSQL generate keys greater than those that were inserted; SQLite does so by itself."""
    inspector = sa.inspect(connection)
    for name in inspector.get_table_names():
        if not any(column["name"] == "id" for column in inspector.get_columns(name)):
            continue
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(sa.func.quote_ident(name), "id")))
        largest = sa.select(sa.func.max(sa.column("id", sa.BigInteger))).select_from(sa.table(name))
        if sequence and (value := connection.scalar(largest)):
            connection.execute(sa.select(sa.func.setval(sequence, value)))


def _encode(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def _decoded(line: bytes, decoders: Sequence[Callable[[Any], object] | None]) -> Iterator[object]:
    for value, decode in zip(orjson.loads(line), decoders, strict=True):
        yield decode(value) if decode and value is not None else value


def _decoder(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], object] | None:
    """What makes a value of a line one of the column, None if that is the same."""
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(kind, sa.Date):
        return date.fromisoformat
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return Decimal
    return None


def _table(connection: Connection, name: str) -> Table:
    """The columns of a table as the database has them, with the types with which this package writes such columns.

    Only the columns: SQLAlchemy warns of indexes of expressions, which SQLite cannot describe.
    """
    columns = sa.inspect(connection).get_columns(name)
    return Table(name, sa.MetaData(), *(Column(column["name"], _as_stored(column["type"])) for column in columns))


def _as_stored(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    if isinstance(kind, sa.DateTime):
        return UtcDateTime()
    return JSON if isinstance(kind, sa.JSON) else kind
