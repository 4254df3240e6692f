"""Saved mappings: how files with certain columns are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import NotFound
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice, Mapping
from saywhy.store.statements import Row, upsert
from saywhy.store.tables import mappings


def put(connection: Connection, workspace_id: int, mapping: Mapping) -> None:
    """Save a mapping; it replaces one of the same name."""
    row = {
        "workspace_id": workspace_id,
        "name": mapping.name,
        "columns": list(mapping.columns),
        "choice": mapping.choice.given(),
        "scale": mapping.scale,
        "source": mapping.source,
        "keep_unknown": mapping.keep_unknown,
        "saved_at": datetime.now(UTC),
    }
    upsert(connection, mappings, ["workspace_id", "name"], [row])


def load(connection: Connection, workspace_id: int) -> list[Mapping]:
    """All mappings, the one that was saved last first."""
    query = sa.select(mappings).where(mappings.c.workspace_id == workspace_id)
    return [_mapping(row) for row in connection.execute(query.order_by(mappings.c.saved_at.desc(), mappings.c.name))]


def delete(connection: Connection, workspace_id: int, name: str) -> None:
    """Delete a mapping. Raises `NotFound`."""
    query = sa.delete(mappings).where(mappings.c.workspace_id == workspace_id, mappings.c.name == name)
    if not connection.execute(query).rowcount:
        raise NotFound(f"there is no mapping {name!r}")


def _mapping(row: Row) -> Mapping:
    given: dict[str, Any] = {
        field: tuple(value) if isinstance(value, list) else value for field, value in row.choice.items()
    }
    scale = Scale(row.scale) if row.scale else None
    return Mapping(row.name, tuple(row.columns), ColumnChoice(**given), scale, row.source, row.keep_unknown)
