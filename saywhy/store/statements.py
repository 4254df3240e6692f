"""What the two databases spell differently, and the sizes that keep memory bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

#: A row of any query.
Row = sa.Row[*tuple[Any, ...]]

#: Execution options of every query that may give many rows: a server-side cursor, read in portions.
STREAMED = {"yield_per": 2000}

#: Rows that one statement names at once; both databases limit the parameters of a statement.
BATCH = 5000


def insert(connection: Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in portions of `BATCH`."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
