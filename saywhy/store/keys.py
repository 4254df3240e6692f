"""API keys: the digests of their secrets, and what they may."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.access import Scope
from saywhy.key import Key
from saywhy.store.access_tables import api_keys
from saywhy.store.statements import Row
from saywhy.store.tables import workspaces

_SELECT: sa.Select[Any] = sa.select(api_keys, workspaces.c.name.label("workspace")).join_from(api_keys, workspaces)


def add(
    connection: Connection,
    workspace_id: int,
    *,
    name: str,
    prefix: str,
    digest: str,
    scopes: Iterable[Scope],
    created_at: datetime,
    created_by: str,
    expires_at: datetime | None,
) -> int:
    """Insert a key; its id."""
    values = {
        "workspace_id": workspace_id,
        "name": name,
        "prefix": prefix,
        "digest": digest,
        "scopes": sorted(scope.value for scope in scopes),
        "created_at": created_at,
        "created_by": created_by,
        "expires_at": expires_at,
    }
    return int(connection.scalar(sa.insert(api_keys).values(values).returning(api_keys.c.id)) or 0)


def load(connection: Connection, workspace_id: int) -> list[Key]:
    """All keys of a workspace, also those that have ended, the latest first."""
    query = _SELECT.where(api_keys.c.workspace_id == workspace_id).order_by(api_keys.c.id.desc())
    return [_key(row) for row in connection.execute(query)]


def by_digest(connection: Connection, digest: str) -> Key | None:
    """The key, of any workspace, whose secret has this digest."""
    row = connection.execute(_SELECT.where(api_keys.c.digest == digest)).one_or_none()
    return None if row is None else _key(row)


def revoke(connection: Connection, workspace_id: int, key_id: int, at: datetime) -> None:
    """Revoke a key; one that is revoked keeps its time."""
    is_key = (api_keys.c.workspace_id == workspace_id) & (api_keys.c.id == key_id)
    connection.execute(sa.update(api_keys).where(is_key, api_keys.c.revoked_at.is_(None)).values(revoked_at=at))


def mark_used(connection: Connection, key_id: int, at: datetime) -> None:
    """Record when a key was last used."""
    connection.execute(sa.update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=at))


def any_exists(connection: Connection) -> bool:
    """Whether there is any key in the store, be it revoked or expired."""
    return bool(connection.scalar(sa.select(sa.exists(sa.select(api_keys.c.id)))))


def _key(row: Row) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        workspace=row.workspace,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
