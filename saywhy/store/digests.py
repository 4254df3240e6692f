"""Digests: which view is sent to which endpoints, when, and what came of it the last time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.digest import Digest, DigestOutcome, DigestResult
from saywhy.errors import DigestNotFound
from saywhy.saved_view import SavedView
from saywhy.store.digest_tables import digest_endpoints, digests
from saywhy.store.job_tables import schedules
from saywhy.store.page_tables import saved_views
from saywhy.store.statements import Row

_SELECT = (
    sa.select(
        digests,
        schedules.c.next_at,
        saved_views.c.name,
        saved_views.c.address,
        saved_views.c.created_by.label("view_by"),
        saved_views.c.created_at.label("view_at"),
    )
    .join(saved_views, saved_views.c.id == digests.c.view_id)
    .outerjoin(schedules, schedules.c.id == digests.c.schedule_id)
)


def add(connection: Connection, workspace_id: int, values: Mapping[str, Any], endpoints: Collection[int]) -> Digest:
    """Add a digest, paused, for these endpoints."""
    statement = sa.insert(digests).values(workspace_id=workspace_id, **values).returning(digests.c.id)
    digest_id = connection.execute(statement).scalar_one()
    set_endpoints(connection, digest_id, endpoints)
    return find(connection, workspace_id, digest_id)


def load(connection: Connection, workspace_id: int) -> list[Digest]:
    """All digests, the oldest first."""
    rows = connection.execute(_SELECT.where(digests.c.workspace_id == workspace_id).order_by(digests.c.id)).all()
    endpoints = _endpoints(connection, [row.id for row in rows])
    return [_digest(row, endpoints.get(row.id, [])) for row in rows]


def find(connection: Connection, workspace_id: int, digest_id: int) -> Digest:
    """The digest of this number. Raises `DigestNotFound`."""
    row = connection.execute(_SELECT.where(_is(workspace_id, digest_id))).one_or_none()
    if row is None:
        raise DigestNotFound(f"there is no digest {digest_id}")
    return _digest(row, _endpoints(connection, [digest_id]).get(digest_id, []))


def change(connection: Connection, workspace_id: int, digest_id: int, values: Mapping[str, Any]) -> Digest:
    """Set columns of a digest. Raises `DigestNotFound`."""
    if values:
        connection.execute(sa.update(digests).where(_is(workspace_id, digest_id)).values(values))
    return find(connection, workspace_id, digest_id)


def set_endpoints(connection: Connection, digest_id: int, endpoints: Collection[int]) -> None:
    """Send the digest to these endpoints, and to no others."""
    connection.execute(sa.delete(digest_endpoints).where(digest_endpoints.c.digest_id == digest_id))
    rows = [{"digest_id": digest_id, "endpoint_id": endpoint} for endpoint in sorted(set(endpoints))]
    if rows:
        connection.execute(sa.insert(digest_endpoints), rows)


def schedule_of(connection: Connection, workspace_id: int, digest_id: int) -> int | None:
    """The number of the schedule that starts the digest; None while it is paused."""
    return connection.scalar(sa.select(digests.c.schedule_id).where(_is(workspace_id, digest_id)))


def of_view(connection: Connection, workspace_id: int, view_id: int) -> list[int]:
    """The numbers of the digests that send a view."""
    query = sa.select(digests.c.id).where(digests.c.workspace_id == workspace_id, digests.c.view_id == view_id)
    return list(connection.scalars(query.order_by(digests.c.id)))


def delete(connection: Connection, workspace_id: int, digest_id: int) -> None:
    """Delete a digest; its view and its endpoints stay. Raises `DigestNotFound`."""
    if not connection.execute(sa.delete(digests).where(_is(workspace_id, digest_id))).rowcount:
        raise DigestNotFound(f"there is no digest {digest_id}")


def _endpoints(connection: Connection, digest_ids: Collection[int]) -> dict[int, list[int]]:
    """The numbers of the endpoints of each digest."""
    query = sa.select(digest_endpoints).where(digest_endpoints.c.digest_id.in_(digest_ids))
    numbers: dict[int, list[int]] = {}
    for row in connection.execute(query.order_by(digest_endpoints.c.endpoint_id)):
        numbers.setdefault(row.digest_id, []).append(row.endpoint_id)
    return numbers


def _is(workspace_id: int, digest_id: int) -> sa.ColumnElement[bool]:
    return (digests.c.workspace_id == workspace_id) & (digests.c.id == digest_id)


def _digest(row: Row, endpoints: Collection[int]) -> Digest:
    last = None
    if row.last_outcome is not None:
        last = DigestResult(row.last_at, DigestOutcome(row.last_outcome), row.event_id)
    return Digest(
        id=row.id,
        view=SavedView(row.name, row.address, row.view_by, row.view_at, row.view_id),
        cron=row.cron,
        time_zone=row.time_zone,
        language=row.language,
        endpoints=tuple(endpoints),
        created_by=row.created_by,
        created_at=row.created_at,
        next_at=row.next_at,
        report=row.report,
        last=last,
    )
