"""Deliveries: which event is still to be sent to which endpoint, claimed by workers one at a time, and the log of it.

A claim has a lease and a fencing token, as those of jobs have (ADR 17): if whoever sends a message dies before the
outcome is recorded, the lease ends and the message is sent again, with the same id.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import DeliveryNotFound
from saywhy.store.jobs import clock
from saywhy.store.statements import Row
from saywhy.store.webhook_tables import webhook_attempts as attempts
from saywhy.store.webhook_tables import webhook_deliveries as deliveries
from saywhy.store.webhook_tables import webhook_endpoints as endpoints
from saywhy.store.webhook_tables import webhook_events as events
from saywhy.store.webhooks import endpoint_of
from saywhy.webhook import Attempt, Delivery, DeliveryClaim, DeliveryState, EventType

_SELECT = sa.select(deliveries, events.c.type).join(events, events.c.id == deliveries.c.event_id)


def is_any_due(connection: Connection) -> bool:
    """Whether there is a message to send; a reading transaction suffices."""
    return connection.scalar(_due(clock(connection)).limit(1)) is not None


def take(connection: Connection, lease: timedelta, delivery_id: int | None = None) -> DeliveryClaim | None:
    """The message that is due first, or that of one delivery, leased to whoever asks; None if it is not due.

    An endpoint gets one message at a time, so that a slow one holds up nobody else.
    """
    now = clock(connection)
    query = _due(now).order_by(deliveries.c.due_at, deliveries.c.id).limit(1)
    if delivery_id is not None:
        query = query.where(deliveries.c.id == delivery_id)
    due = connection.scalar(query.with_for_update(skip_locked=True, of=deliveries))
    if due is None:
        return None
    leased = {"leased_until": now + lease, "token": deliveries.c.token + 1}
    connection.execute(sa.update(deliveries).where(deliveries.c.id == due).values(leased))
    row = connection.execute(
        _SELECT.add_columns(events.c.occurred_at, events.c.data, events.c.personal).where(deliveries.c.id == due)
    ).one()
    to = connection.execute(sa.select(endpoints).where(endpoints.c.id == row.endpoint_id)).one()
    endpoint = endpoint_of(to)
    return DeliveryClaim(
        delivery=_delivery(row),
        token=row.token,
        endpoint=endpoint,
        occurred_at=row.occurred_at,
        data=row.data | ((row.personal or {}) if endpoint.with_personal_data else {}),
    )


def end_attempt(
    connection: Connection, claim: DeliveryClaim, attempt: Attempt, state: DeliveryState, due_at: datetime
) -> bool:
    """Record an attempt and what follows: whether the claim was still the latest, else nothing is recorded."""
    values: dict[str, Any] = {
        "state": state,
        "attempts": deliveries.c.attempts + 1,
        "due_at": due_at,
        "ended_at": None if state is DeliveryState.PENDING else clock(connection),
        "status": attempt.status,
        "detail": attempt.detail,
        "leased_until": None,
    }
    is_held = sa.and_(
        deliveries.c.id == claim.delivery.id,
        deliveries.c.token == claim.token,
        deliveries.c.state == DeliveryState.PENDING,
    )
    if not connection.execute(sa.update(deliveries).where(is_held).values(values)).rowcount:
        return False
    connection.execute(sa.insert(attempts).values(delivery_id=claim.delivery.id, **asdict(attempt)))
    return True


def note_success(connection: Connection, endpoint_id: int) -> None:
    """Record that the endpoint has received a message."""
    is_failing = (endpoints.c.id == endpoint_id) & endpoints.c.failing_since.is_not(None)
    connection.execute(sa.update(endpoints).where(is_failing).values(failing_since=None))


def note_failure(connection: Connection, endpoint_id: int, at: datetime, paused_until: datetime | None) -> datetime:
    """Record that the endpoint has failed, and until when it wants nothing; since when it has been failing."""
    values: dict[str, Any] = {"failing_since": sa.func.coalesce(endpoints.c.failing_since, at)}
    if paused_until is not None:
        values["paused_until"] = paused_until
    update = sa.update(endpoints).where(endpoints.c.id == endpoint_id).values(values)
    connection.execute(update)
    query = sa.select(endpoints.c.failing_since).where(endpoints.c.id == endpoint_id)
    return connection.execute(query).scalar_one_or_none() or at  # none: it was deleted meanwhile


def send_again(connection: Connection, workspace_id: int, delivery_id: int) -> Delivery:
    """Make a delivery due now, with a new series of attempts. Raises `DeliveryNotFound`."""
    now = clock(connection)
    values = {
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "due_at": now,
        "ended_at": None,
        "leased_until": None,
        "token": deliveries.c.token + 1,
    }
    connection.execute(sa.update(deliveries).where(_is(workspace_id, delivery_id)).values(values))
    return find(connection, workspace_id, delivery_id)


def find(connection: Connection, workspace_id: int, delivery_id: int) -> Delivery:
    """The delivery of this number. Raises `DeliveryNotFound`."""
    row = connection.execute(_SELECT.where(_is(workspace_id, delivery_id))).one_or_none()
    if row is None:
        raise DeliveryNotFound(f"there is no delivery {delivery_id}")
    return _delivery(row)


def of_event(connection: Connection, workspace_id: int, event_id: str) -> list[Delivery]:
    """The deliveries of an event."""
    query = _SELECT.where(deliveries.c.workspace_id == workspace_id, deliveries.c.event_id == event_id)
    return [_delivery(row) for row in connection.execute(query.order_by(deliveries.c.id))]


def page(
    connection: Connection,
    workspace_id: int,
    limit: int,
    before: int | None = None,
    *,
    endpoint_id: int | None = None,
    state: DeliveryState | None = None,
) -> list[Delivery]:
    """At most `limit` deliveries, the latest first; those with a number less than `before`."""
    query = _SELECT.where(deliveries.c.workspace_id == workspace_id).order_by(deliveries.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(deliveries.c.id < before)
    if endpoint_id is not None:
        query = query.where(deliveries.c.endpoint_id == endpoint_id)
    if state is not None:
        query = query.where(deliveries.c.state == state)
    return [_delivery(row) for row in connection.execute(query)]


def log(connection: Connection, delivery_id: int) -> list[Attempt]:
    """The attempts of a delivery, the oldest first."""
    query = sa.select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
    return [Attempt(row.at, row.status, row.milliseconds, row.detail, row.answer) for row in connection.execute(query)]


def _due(now: datetime) -> sa.Select[tuple[int]]:
    """What nobody is sending, to endpoints that are enabled, take messages at present, and get no other one."""
    other = deliveries.alias("other")
    is_busy = sa.exists().where(
        other.c.endpoint_id == deliveries.c.endpoint_id,
        other.c.state == DeliveryState.PENDING,
        other.c.leased_until > now,
    )
    return (
        sa.select(deliveries.c.id)
        .join(endpoints, endpoints.c.id == deliveries.c.endpoint_id)
        .where(
            deliveries.c.state == DeliveryState.PENDING,
            deliveries.c.due_at <= now,
            endpoints.c.is_enabled,
            endpoints.c.paused_until.is_(None) | (endpoints.c.paused_until <= now),
            ~is_busy,
        )
    )


def _is(workspace_id: int, delivery_id: int) -> sa.ColumnElement[bool]:
    return (deliveries.c.workspace_id == workspace_id) & (deliveries.c.id == delivery_id)


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint=row.endpoint_id,
        event_id=row.event_id,
        type=EventType(row.type),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        status=row.status,
        detail=row.detail,
    )
