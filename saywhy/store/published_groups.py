"""The groups of people that reports of an anonymous workspace told something of, so that later ones are compared."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.publication import GroupKind, PublishedGroup
from saywhy.store.tables import published_groups as table
from saywhy.store.tables import workspaces


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


def latest(connection: Connection) -> dict[str, int]:
    """The number of the latest group of each workspace that has any: it grows with each publication."""
    query = sa.select(workspaces.c.name, sa.func.max(table.c.id)).join(workspaces).group_by(workspaces.c.name)
    return {name: int(number) for name, number in connection.execute(query)}
