"""What people set of causes, an append-only log: undoing a change appends another one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.handling import HandlingChange, HandlingField
from saywhy.store.page_tables import cause_changes as table
from saywhy.store.statements import Row


def add(connection: Connection, workspace_id: int, change: HandlingChange) -> HandlingChange:
    """Append a change; the change with its id."""
    values: dict[str, Any] = {
        "workspace_id": workspace_id,
        "cause": change.cause,
        "field": change.field.value,
        "before": change.before,
        "value": change.value,
        "author": change.author,
        "at": change.at,
        "undoes": change.undoes,
    }
    return _change(connection.execute(sa.insert(table).values(values).returning(table)).one())


def load(connection: Connection, workspace_id: int, cause: str | None = None) -> list[HandlingChange]:
    """The changes of all causes, or of one (`kind:id`), oldest first."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.id)
    if cause is not None:
        query = query.where(table.c.cause == cause)
    return [_change(row) for row in connection.execute(query)]


def _change(row: Row) -> HandlingChange:
    field = HandlingField(row.field)
    return HandlingChange(row.id, row.cause, field, row.before, row.value, row.author, row.at, row.undoes)
