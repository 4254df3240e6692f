"""The audit log: what was written, by whom and when. Entries are only added."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.access import AuditEntry, PrincipalKind
from saywhy.store.access_tables import audit_log as table


def add(connection: Connection, workspace_id: int, entry: AuditEntry) -> None:
    """Add an entry."""
    values = {
        "workspace_id": workspace_id,
        "at": entry.at,
        "actor_kind": entry.actor_kind.value,
        "actor": entry.actor,
        "action": entry.action,
        "target": entry.target,
        "status": entry.status,
    }
    connection.execute(sa.insert(table).values(values))


def load(connection: Connection, workspace_id: int, limit: int, before: int | None = None) -> list[AuditEntry]:
    """The latest entries, or the latest before the one with that id, newest first, at most `limit`."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.id < before)
    return [
        AuditEntry(row.at, PrincipalKind(row.actor_kind), row.actor, row.action, row.target, row.status, row.id)
        for row in connection.execute(query)
    ]
