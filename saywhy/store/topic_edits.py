"""What people said of topics. Nothing is ever changed or removed: to undo an edit is another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store import workspaces
from saywhy.store.statements import Row
from saywhy.store.tables import topic_edits as table
from saywhy.topic import Edit, EditKind


def add(
    connection: Connection,
    workspace: int,
    kind: EditKind,
    topic: str | None,
    arguments: dict[str, Any],
    *,
    author: str,
    note: str | None,
    at: datetime,
) -> Edit:
    """Keep an edit; the next run computes the reports anew."""
    workspaces.touch(connection, workspace)
    values = {"kind": kind, "topic_id": topic, "arguments": arguments, "author": author, "note": note, "at": at}
    return _edit(connection.execute(sa.insert(table).values(workspace_id=workspace, **values).returning(table)).one())


def load(connection: Connection, workspace: int) -> tuple[Edit, ...]:
    """All edits, the earliest first."""
    query = sa.select(table).where(table.c.workspace_id == workspace).order_by(table.c.id)
    return tuple(_edit(row) for row in connection.execute(query))


def _edit(row: Row) -> Edit:
    return Edit(row.id, EditKind(row.kind), row.topic_id, row.arguments, row.author, row.at, row.note)
