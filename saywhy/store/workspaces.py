"""Workspaces: whose data a row is."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import WorkspaceNotFound
from saywhy.store.statements import insert
from saywhy.store.tables import workspaces


def ensure(connection: Connection, name: str) -> int:
    """The id of the workspace of that name, which is created where there is none."""
    try:
        return find(connection, name)
    except WorkspaceNotFound:
        connection.execute(insert(connection, workspaces).values(name=name).on_conflict_do_nothing())
        return find(connection, name)


def find(connection: Connection, name: str) -> int:
    """The id of the workspace of that name; raises `WorkspaceNotFound`."""
    found = connection.scalar(sa.select(workspaces.c.id).where(workspaces.c.name == name))
    if found is None:
        raise WorkspaceNotFound(f"there is no workspace {name!r}")
    return int(found)


def lock(connection: Connection, workspace: int) -> None:
    """Let one transaction at a time go on from here, so that what it has read stays true while it writes.

    On SQLite every writing transaction already has the database for itself.
    """
    connection.execute(sa.select(workspaces.c.id).where(workspaces.c.id == workspace).with_for_update(key_share=True))
