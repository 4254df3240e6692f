"""Edits of topics, an append-only log: undoing an edit appends another one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store import workspaces
from saywhy.store.statements import Row
from saywhy.store.topic_tables import topic_edits as table
from saywhy.topic import Edit, EditKind


def add(
    connection: Connection,
    workspace_id: int,
    kind: EditKind,
    topic: str | None,
    arguments: dict[str, Any],
    *,
    author: str,
    note: str | None,
    at: datetime,
) -> Edit:
    """Append an edit; the next run computes all reports again."""
    workspaces.touch(connection, workspace_id)
    values = {"kind": kind, "topic_id": topic, "arguments": arguments, "author": author, "note": note, "at": at}
    statement = sa.insert(table).values(workspace_id=workspace_id, **values).returning(table)
    return _edit(connection.execute(statement).one())


def load(connection: Connection, workspace_id: int) -> tuple[Edit, ...]:
    """All edits, oldest first."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.id)
    return tuple(_edit(row) for row in connection.execute(query))


def _edit(row: Row) -> Edit:
    return Edit(row.id, EditKind(row.kind), row.topic_id, row.arguments, row.author, row.at, row.note)
