"""Webhooks: endpoints, whose secrets are encrypted (`sealing`), and the outbox of events.

`deliveries` has what is sent to whom.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import Conflict, EndpointNotFound
from saywhy.store import sealing
from saywhy.store.jobs import clock
from saywhy.store.statements import Row, batches
from saywhy.store.webhook_tables import webhook_deliveries as deliveries
from saywhy.store.webhook_tables import webhook_endpoints as endpoints
from saywhy.store.webhook_tables import webhook_events as events
from saywhy.webhook import DeliveryState, Endpoint, EndpointKind, EventType, NewEvent, new_event_id


def add(connection: Connection, workspace_id: int, values: Mapping[str, Any], secret: str | None) -> Endpoint:
    """Add an endpoint. Raises `Conflict` if it has a secret and there is no key file."""
    sealed = b"" if secret is None else sealing.seal(connection, secret)
    statement = sa.insert(endpoints).values(workspace_id=workspace_id, secret=sealed, **values).returning(endpoints)
    return endpoint_of(connection.execute(statement).one())


def load(connection: Connection, workspace_id: int) -> list[Endpoint]:
    """All endpoints, the oldest first."""
    query = sa.select(endpoints).where(endpoints.c.workspace_id == workspace_id).order_by(endpoints.c.id)
    return [endpoint_of(row) for row in connection.execute(query)]


def find(connection: Connection, workspace_id: int, endpoint_id: int) -> Endpoint:
    """The endpoint of this number, locked until the transaction ends. Raises `EndpointNotFound`."""
    query = sa.select(endpoints).where(_is(workspace_id, endpoint_id)).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        raise EndpointNotFound(f"there is no webhook endpoint {endpoint_id}")
    return endpoint_of(row)


def change(
    connection: Connection, workspace_id: int, endpoint_id: int, values: Mapping[str, Any], secret: str | None = None
) -> Endpoint:
    """Set columns of an endpoint, and its secret if one is given. Raises `EndpointNotFound`, and what `add` raises."""
    if secret is not None:
        values = {**values, "secret": sealing.seal(connection, secret)}
    if values:
        connection.execute(sa.update(endpoints).where(_is(workspace_id, endpoint_id)).values(values))
    return find(connection, workspace_id, endpoint_id)


def rotate(
    connection: Connection, workspace_id: int, endpoint_id: int, secret: str, previous_until: datetime
) -> Endpoint:
    """Give an endpoint another secret; the present one stays valid beside it. Raises what `change` raises."""
    values = {"previous_secret": endpoints.c.secret, "previous_until": previous_until}
    return change(connection, workspace_id, endpoint_id, values, secret)


def secrets(connection: Connection, endpoint_id: int) -> tuple[str, ...]:
    """The secret of an endpoint, then the one before, while it is valid and can be read; none of e-mail.

    Raises `EndpointNotFound`, and `Conflict` if the key file cannot decrypt it.
    """
    columns = (endpoints.c.secret, endpoints.c.previous_secret, endpoints.c.previous_until)
    row = connection.execute(sa.select(*columns).where(endpoints.c.id == endpoint_id)).one_or_none()
    if row is None:
        raise EndpointNotFound(f"there is no webhook endpoint {endpoint_id}")
    if not row.secret:
        return ()
    valid = [sealing.unseal(connection, row.secret)]
    if row.previous_until is not None and row.previous_until > clock(connection):
        with suppress(Conflict):  # the key file was lost, and a new secret given
            valid.append(sealing.unseal(connection, row.previous_secret))
    return tuple(valid)


def delete(connection: Connection, workspace_id: int, endpoint_id: int) -> None:
    """Delete an endpoint with its deliveries. Raises `EndpointNotFound`."""
    if not connection.execute(sa.delete(endpoints).where(_is(workspace_id, endpoint_id))).rowcount:
        raise EndpointNotFound(f"there is no webhook endpoint {endpoint_id}")


def disable(connection: Connection, endpoint_id: int, note: str | None, detail: str) -> None:
    """Send nothing to an endpoint any more: what waits for it is dead, as `detail` says, and can be sent again."""
    values = {"is_enabled": False, "note": note, "failing_since": None, "paused_until": None}
    connection.execute(sa.update(endpoints).where(endpoints.c.id == endpoint_id).values(values))
    is_waiting = (deliveries.c.endpoint_id == endpoint_id) & (deliveries.c.state == DeliveryState.PENDING)
    dead = {"state": DeliveryState.DEAD, "detail": detail, "ended_at": clock(connection), "leased_until": None}
    connection.execute(sa.update(deliveries).where(is_waiting).values(dead))


def subscribed(connection: Connection, workspace_id: int, event: EventType) -> list[int]:
    """The numbers of the enabled endpoints that are told of events of this type."""
    query = sa.select(endpoints.c.id, endpoints.c.events).where(
        endpoints.c.workspace_id == workspace_id, endpoints.c.is_enabled
    )
    return [row.id for row in connection.execute(query.order_by(endpoints.c.id)) if event in row.events]


def record(
    connection: Connection, workspace_id: int, new: Sequence[NewEvent], endpoint_ids: Collection[int]
) -> list[str]:
    """Put events into the outbox, to be sent to each of these endpoints; their ids."""
    now, ids = clock(connection), [new_event_id() for _ in new]
    rows = [
        {
            "id": event_id,
            "workspace_id": workspace_id,
            "type": event.type,
            "occurred_at": now,
            "data": event.data,
            "personal": event.personal,
            "response_id": event.response_id,
            "account": event.account,
        }
        for event_id, event in zip(ids, new, strict=True)
    ]
    waiting = {"workspace_id": workspace_id, "state": DeliveryState.PENDING, "attempts": 0, "token": 0}
    times = {"created_at": now, "due_at": now}
    to_send = [
        {**waiting, **times, "event_id": event_id, "endpoint_id": endpoint_id}
        for event_id in ids
        for endpoint_id in endpoint_ids
    ]
    if to_send:
        connection.execute(sa.insert(events), rows)
        connection.execute(sa.insert(deliveries), to_send)
    return ids


def data_of(connection: Connection, workspace_id: int, event_id: str) -> dict[str, Any]:
    """What an event says, without personal data."""
    query = sa.select(events.c.data).where(events.c.workspace_id == workspace_id, events.c.id == event_id)
    data: dict[str, Any] = connection.execute(query).scalar_one()
    return data


def delete_ended(connection: Connection, before: datetime) -> int:
    """Delete events from before this time that wait for nobody, with their deliveries; return their number."""
    is_waiting = sa.exists().where(deliveries.c.event_id == events.c.id, deliveries.c.state == DeliveryState.PENDING)
    return connection.execute(sa.delete(events).where(events.c.occurred_at < before, ~is_waiting)).rowcount


def forget(connection: Connection, workspace_id: int, accounts: Collection[str]) -> None:
    """Delete the events of these accounts. Those of responses are deleted with them."""
    for batch in batches(sorted(set(accounts))):
        is_of_account = (events.c.workspace_id == workspace_id) & events.c.account.in_(batch)
        connection.execute(sa.delete(events).where(is_of_account))


def forget_labels(connection: Connection, workspace_id: int, labels: Collection[str]) -> None:
    """Delete the events of causes that have one of these labels, which are words of somebody who is to be forgotten."""
    if not labels:
        return
    of_groups = [
        event.value for event in (EventType.COMPLAINT_RISING, EventType.FIX_REGRESSED, EventType.REPORT_FINISHED)
    ]
    query = sa.select(events.c.id, events.c.data).where(
        events.c.workspace_id == workspace_id, events.c.type.in_(of_groups)
    )
    ids = [row.id for row in connection.execute(query) if not _texts(row.data).isdisjoint(labels)]
    for batch in batches(ids):
        connection.execute(sa.delete(events).where(events.c.id.in_(batch)))


def forget_digests(connection: Connection, workspace_id: int) -> None:
    """Delete the digests of the outbox, which may quote somebody who is to be forgotten."""
    is_digest = (events.c.workspace_id == workspace_id) & (events.c.type == EventType.DIGEST)
    connection.execute(sa.delete(events).where(is_digest))


def _texts(value: Any) -> set[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        return {value}
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for member in members for text in _texts(member)}


def _is(workspace_id: int, endpoint_id: int) -> sa.ColumnElement[bool]:
    return (endpoints.c.workspace_id == workspace_id) & (endpoints.c.id == endpoint_id)


def endpoint_of(row: Row) -> Endpoint:
    """The endpoint of a row of the table."""
    return Endpoint(
        id=row.id,
        kind=EndpointKind(row.kind),
        url=row.url,
        events=frozenset(map(EventType, row.events)),
        language=row.language,
        with_personal_data=row.with_personal_data,
        is_enabled=row.is_enabled,
        created_at=row.created_at,
        created_by=row.created_by,
        note=row.note,
        failing_since=row.failing_since,
    )
