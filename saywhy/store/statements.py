"""Statements that SQLite and PostgreSQL spell differently, and the batch sizes that keep memory bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

#: A row of any query.
Row = sa.Row[*tuple[Any, ...]]

#: Execution options of every query that may return many rows: a server-side cursor, fetched 2,000 rows at a time.
STREAMED = {"yield_per": 2000}

#: Rows or values in one statement; both databases limit the number of parameters of a statement.
BATCH = 5000


def insert(connection: Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT statement of the connection's dialect, which supports ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(connection: Connection, table: sa.Table, key: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; where a row with the same key exists, update all other columns that `rows` have."""
    if not rows:
        return
    statement = insert(connection, table)
    updated = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=updated), rows)


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in batches of `BATCH`."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
