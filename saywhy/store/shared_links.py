"""Shared links: the digests of their tokens, what they show, and whether whoever made them may still share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.access import Principal, PrincipalKind, Role, Scope
from saywhy.shared_link import SharedLink, SharedView
from saywhy.store.access_tables import api_keys, people
from saywhy.store.access_tables import shared_links as table
from saywhy.store.statements import Row
from saywhy.store.tables import workspaces

_SELECT: sa.Select[Any] = (
    sa.select(
        table,
        workspaces.c.name.label("workspace"),
        people.c.role,
        api_keys.c.scopes,
        api_keys.c.revoked_at.label("key_revoked_at"),
        api_keys.c.expires_at.label("key_expires_at"),
    )
    .join_from(table, workspaces)
    .outerjoin(people, people.c.id == table.c.person_id)
    .outerjoin(api_keys, api_keys.c.id == table.c.key_id)
)


def add(
    connection: Connection,
    workspace_id: int,
    *,
    digest: str,
    name: str,
    view: SharedView,
    with_quotes: bool,
    password_hash: str | None,
    maker: Principal,
    created_at: datetime,
    expires_at: datetime,
) -> int:
    """Insert a link; its id."""
    values = {
        "workspace_id": workspace_id,
        "digest": digest,
        "name": name,
        "wave": view.wave,
        "cause": view.cause,
        "filters": view.filters,
        "with_quotes": with_quotes,
        "password_hash": password_hash,
        "created_at": created_at,
        "created_by": maker.name,
        "maker_kind": maker.kind.value,
        "person_id": maker.id if maker.kind is PrincipalKind.PERSON else None,
        "key_id": maker.id if maker.kind is PrincipalKind.KEY else None,
        "expires_at": expires_at,
        "opened": 0,
    }
    return int(connection.scalar(sa.insert(table).values(values).returning(table.c.id)) or 0)


def load(connection: Connection, workspace_id: int, now: datetime) -> list[SharedLink]:
    """All links of a workspace, also those that have ended, the latest first."""
    query = _SELECT.where(table.c.workspace_id == workspace_id).order_by(table.c.id.desc())
    return [_link(row, now) for row in connection.execute(query)]


def find(connection: Connection, workspace_id: int, link_id: int, now: datetime) -> SharedLink | None:
    """The link of a workspace with this id."""
    query = _SELECT.where(table.c.workspace_id == workspace_id, table.c.id == link_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _link(row, now)


def by_digest(connection: Connection, digest: str, now: datetime) -> tuple[SharedLink, str | None] | None:
    """The link, of any workspace, whose token has this digest, and the argon2id hash of its password."""
    row = connection.execute(_SELECT.where(table.c.digest == digest)).one_or_none()
    return None if row is None else (_link(row, now), row.password_hash)


def revoke(connection: Connection, link_id: int, at: datetime) -> None:
    """Revoke a link; one that is revoked keeps its time."""
    is_link = (table.c.id == link_id) & table.c.revoked_at.is_(None)
    connection.execute(sa.update(table).where(is_link).values(revoked_at=at))


def mark_opened(connection: Connection, link_id: int, at: datetime) -> None:
    """Count that a link was opened, and when."""
    values = {"opened": table.c.opened + 1, "last_opened_at": at}
    connection.execute(sa.update(table).where(table.c.id == link_id).values(values))


def _link(row: Row, now: datetime) -> SharedLink:
    return SharedLink(
        id=row.id,
        workspace=row.workspace,
        name=row.name,
        view=SharedView(row.wave, row.cause, row.filters),
        with_quotes=row.with_quotes,
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        created_by=row.created_by,
        maker_kind=PrincipalKind(row.maker_kind),
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        opened=row.opened,
        last_opened_at=row.last_opened_at,
        maker_may_share=_may_share(row, now),
    )


def _may_share(row: Row, now: datetime) -> bool:
    """Whether the person still edits, or the key still writes; on the machine of the server there is nobody to ask."""
    kind = PrincipalKind(row.maker_kind)
    if kind is PrincipalKind.PERSON:
        return row.role is not None and Scope.WRITE in Role(row.role).scopes
    if kind is PrincipalKind.KEY:
        is_active = row.key_revoked_at is None and (row.key_expires_at is None or row.key_expires_at > now)
        return is_active and Scope.WRITE.value in row.scopes
    return True
