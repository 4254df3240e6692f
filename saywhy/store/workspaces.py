"""Workspaces: whose data a row is."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import Conflict, WorkspaceNotFound
from saywhy.store.statements import insert
from saywhy.store.tables import responses, workspaces


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


def touch(connection: Connection, workspace: int) -> None:
    """Note that something has changed on which a report depends, so that the next run computes it anew."""
    mine = workspaces.c.id == workspace
    connection.execute(sa.update(workspaces).where(mine).values(revision=workspaces.c.revision + 1))


def promise_anonymity(connection: Connection, workspace: int) -> None:
    """From now on no identity is stored in this workspace. Raises `Conflict` where responses are in it with theirs."""
    if anonymity_key(connection, workspace) is not None:
        return
    if connection.scalar(sa.select(responses.c.id).where(responses.c.workspace_id == workspace).limit(1)) is not None:
        raise Conflict(
            "the workspace holds responses with the identity of those who gave them; use a workspace of its own"
        )
    mine = workspaces.c.id == workspace
    connection.execute(sa.update(workspaces).where(mine).values(anonymity_key=secrets.token_bytes(32)))


def anonymity_key(connection: Connection, workspace: int) -> bytes | None:
    """The key by which a second import knows a response again; None where no anonymity was promised."""
    return connection.scalar(sa.select(workspaces.c.anonymity_key).where(workspaces.c.id == workspace))
