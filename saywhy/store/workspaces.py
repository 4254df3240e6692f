"""Workspaces: separate data sets in one database. Every row of every table belongs to one."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import Conflict, WorkspaceNotFound
from saywhy.store.statements import insert
from saywhy.store.tables import responses, workspaces


def ensure(connection: Connection, name: str) -> int:
    """The id of the workspace with this name; it is created if there is none."""
    try:
        return find(connection, name)
    except WorkspaceNotFound:
        connection.execute(insert(connection, workspaces).values(name=name).on_conflict_do_nothing())
        return find(connection, name)


def find(connection: Connection, name: str) -> int:
    """The id of the workspace with this name; raises `WorkspaceNotFound`."""
    workspace_id = connection.scalar(sa.select(workspaces.c.id).where(workspaces.c.name == name))
    if workspace_id is None:
        raise WorkspaceNotFound(f"there is no workspace {name!r}")
    return int(workspace_id)


def lock(connection: Connection, workspace_id: int) -> None:
    """Lock the workspace until the transaction ends: concurrent writers of it wait here.

    On SQLite a writing transaction has already locked the whole database.
    """
    connection.execute(
        sa.select(workspaces.c.id).where(workspaces.c.id == workspace_id).with_for_update(key_share=True)
    )


def touch(connection: Connection, workspace_id: int) -> None:
    """Increment the revision of the workspace: data that reports depend on have changed (`runs.unchanged_since`)."""
    is_workspace = workspaces.c.id == workspace_id
    connection.execute(sa.update(workspaces).where(is_workspace).values(revision=workspaces.c.revision + 1))


def promise_anonymity(connection: Connection, workspace_id: int) -> None:
    """Make the workspace anonymous: no identities are stored in it. Raises `Conflict` if it has responses already."""
    if anonymity_key(connection, workspace_id) is not None:
        return
    any_response = sa.select(responses.c.id).where(responses.c.workspace_id == workspace_id).limit(1)
    if connection.scalar(any_response) is not None:
        raise Conflict(
            "the workspace already has responses with identities; use another workspace for anonymous surveys"
        )
    is_workspace = workspaces.c.id == workspace_id
    connection.execute(sa.update(workspaces).where(is_workspace).values(anonymity_key=secrets.token_bytes(32)))


def anonymity_key(connection: Connection, workspace_id: int) -> bytes | None:
    """The secret key of the pseudonyms (`saywhy.pseudonym`); None if the workspace is not anonymous."""
    return connection.scalar(sa.select(workspaces.c.anonymity_key).where(workspaces.c.id == workspace_id))
