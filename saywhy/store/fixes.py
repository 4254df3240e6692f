"""Fixes: causes that people marked as fixed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import NotFound
from saywhy.fix import Fix
from saywhy.store.statements import upsert
from saywhy.store.tables import fixes


def put(connection: Connection, workspace_id: int, fix: Fix) -> None:
    """Save a fix; it replaces that of the same cause."""
    row = {
        "workspace_id": workspace_id,
        "cause": fix.cause,
        "wave": fix.wave,
        "date": fix.date,
        "target": fix.target,
        "release": fix.release,
    }
    upsert(connection, fixes, ["workspace_id", "cause"], [row])


def load(connection: Connection, workspace_id: int) -> dict[str, Fix]:
    """All fixes by cause (`kind:id`), in order of it."""
    query = sa.select(fixes).where(fixes.c.workspace_id == workspace_id)
    loaded = [Fix(row.cause, row.wave, row.date, row.target, row.release) for row in connection.execute(query)]
    return {
        fix.cause: fix for fix in sorted(loaded, key=lambda fix: fix.cause)
    }  # databases differ in the order of text


def delete(connection: Connection, workspace_id: int, cause: str) -> None:
    """Delete the fix of a cause. Raises `NotFound`."""
    query = sa.delete(fixes).where(fixes.c.workspace_id == workspace_id, fixes.c.cause == cause)
    if not connection.execute(query).rowcount:
        raise NotFound(f"{cause} is not marked as fixed")
