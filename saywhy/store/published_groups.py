"""The groups of people that reports of an anonymous workspace told something of, so that later ones are compared."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.publication import GroupKind, PublishedGroup
from saywhy.store.tables import published_groups as table


def add(connection: Connection, workspace_id: int, groups: Iterable[PublishedGroup]) -> None:
    """Insert groups that are not stored yet."""
    rows = [
        {"workspace_id": workspace_id, "kind": group.kind, "members": zlib.compress(group.members)} for group in groups
    ]
    if rows:
        connection.execute(sa.insert(table), rows)


def load(connection: Connection, workspace_id: int) -> set[PublishedGroup]:
    """All groups."""
    query = sa.select(table.c.kind, table.c.members).where(table.c.workspace_id == workspace_id)
    return {PublishedGroup(GroupKind(row.kind), zlib.decompress(row.members)) for row in connection.execute(query)}
