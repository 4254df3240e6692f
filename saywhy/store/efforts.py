"""Efforts: days to fix a cause, as people estimated them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store.statements import upsert
from saywhy.store.tables import efforts


def put(connection: Connection, workspace_id: int, cause: str, days: float | None) -> None:
    """Set the effort of a cause (`kind:id`); None deletes it."""
    if days is None:
        connection.execute(sa.delete(efforts).where(efforts.c.workspace_id == workspace_id, efforts.c.cause == cause))
        return
    upsert(
        connection,
        efforts,
        ["workspace_id", "cause"],
        [{"workspace_id": workspace_id, "cause": cause, "days": days}],
    )


def load(connection: Connection, workspace_id: int) -> dict[str, float]:
    """Effort in days, by cause (`kind:id`)."""
    query = sa.select(efforts.c.cause, efforts.c.days).where(efforts.c.workspace_id == workspace_id)
    return {row.cause: row.days for row in connection.execute(query)}
