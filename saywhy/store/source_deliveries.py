"""Deliveries: what webhooks sent, kept until it is processed, and who sent what already."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import Conflict, DeliveryNotFound
from saywhy.source import SourceDelivery, SourceDeliveryState
from saywhy.store.redaction import pattern_of
from saywhy.store.responses import SaveCounts
from saywhy.store.source_tables import source_deliveries
from saywhy.store.statements import STREAMED, Row, batches, insert


def add(
    connection: Connection, workspace_id: int, source_id: str, digest: str, payload: bytes
) -> tuple[SourceDelivery, bool]:
    """Store what was sent; whether it is new, which it is not if the source has sent the same `digest` before."""
    statement = insert(connection, source_deliveries).values(
        workspace_id=workspace_id,
        source_id=source_id,
        digest=digest,
        state=SourceDeliveryState.RECEIVED,
        received_at=datetime.now(UTC),
        payload=payload,
    )
    added = connection.execute(
        statement.on_conflict_do_nothing(index_elements=["source_id", "digest"]).returning(*_COLUMNS)
    ).one_or_none()
    if added is not None:
        return _delivery(added), True
    query = sa.select(*_COLUMNS).where(source_deliveries.c.source_id == source_id, source_deliveries.c.digest == digest)
    return _delivery(connection.execute(query).one()), False


def next_received(connection: Connection, workspace_id: int) -> tuple[SourceDelivery, bytes] | None:
    """The oldest delivery that waits to be processed, and its payload."""
    query = sa.select(*_COLUMNS, source_deliveries.c.payload).where(
        source_deliveries.c.workspace_id == workspace_id, source_deliveries.c.state == SourceDeliveryState.RECEIVED
    )
    row = connection.execute(query.order_by(source_deliveries.c.id).limit(1)).one_or_none()
    return None if row is None else (_delivery(row), row.payload)


def succeed(connection: Connection, delivery_id: int, counts: SaveCounts, rejected: int, detail: str | None) -> None:
    """Record that a delivery was processed, and forget its payload."""
    _end(
        connection,
        delivery_id,
        state=SourceDeliveryState.PROCESSED,
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        rejected=rejected,
        detail=detail,
        payload=None,
    )


def fail(connection: Connection, delivery_id: int, detail: str) -> None:
    """Record why a delivery could not be processed; its payload stays."""
    _end(connection, delivery_id, state=SourceDeliveryState.FAILED, detail=detail)


def retry(connection: Connection, workspace_id: int, source_id: str, delivery_id: int) -> SourceDelivery:
    """Let a failed delivery be processed again. Raises `DeliveryNotFound`, and `Conflict` for any other."""
    row = connection.execute(
        sa.select(*_COLUMNS).where(
            source_deliveries.c.workspace_id == workspace_id,
            source_deliveries.c.source_id == source_id,
            source_deliveries.c.id == delivery_id,
        )
    ).one_or_none()
    if row is None:
        raise DeliveryNotFound(f"there is no delivery {delivery_id} of that source")
    delivery = _delivery(row)
    if delivery.state is not SourceDeliveryState.FAILED:
        raise Conflict(f"delivery {delivery_id} is {delivery.state}; only a failed one is processed again")
    if not delivery.has_payload:
        raise Conflict(f"delivery {delivery_id} is not stored any more; let the survey tool send it again")
    _end(connection, delivery_id, state=SourceDeliveryState.RECEIVED, detail=None, processed_at=None)
    return _delivery(connection.execute(sa.select(*_COLUMNS).where(source_deliveries.c.id == delivery_id)).one())


def page(
    connection: Connection,
    workspace_id: int,
    source_id: str,
    limit: int,
    before: int | None = None,
    *,
    states: Collection[SourceDeliveryState] = (),
) -> list[SourceDelivery]:
    """At most `limit` deliveries of a source, the latest first; those with a number less than `before`."""
    query = sa.select(*_COLUMNS).where(
        source_deliveries.c.workspace_id == workspace_id, source_deliveries.c.source_id == source_id
    )
    if before is not None:
        query = query.where(source_deliveries.c.id < before)
    if states:
        query = query.where(source_deliveries.c.state.in_(states))
    return [_delivery(row) for row in connection.execute(query.order_by(source_deliveries.c.id.desc()).limit(limit))]


def forget_payloads(connection: Connection, before: datetime, workspace_id: int | None = None) -> int:
    """Delete the payloads of what was received before a moment, of all workspaces or of one; their number.

    What had not been processed has then failed for good.
    """
    is_old = (source_deliveries.c.received_at < before) & source_deliveries.c.payload.is_not(None)
    if workspace_id is not None:
        is_old &= source_deliveries.c.workspace_id == workspace_id
    detail = sa.func.coalesce(source_deliveries.c.detail, "deleted before it was processed")
    values = {"payload": None, "state": SourceDeliveryState.FAILED, "detail": detail}
    return connection.execute(sa.update(source_deliveries).where(is_old).values(values)).rowcount


def forget_named(connection: Connection, workspace_id: int, names: Collection[str]) -> int:
    """Delete the payloads in which one of the names occurs as a word, as `forget_payloads` does; their number."""
    if not names:
        return 0
    pattern = pattern_of(names)
    query = sa.select(source_deliveries.c.id, source_deliveries.c.payload).where(
        source_deliveries.c.workspace_id == workspace_id, source_deliveries.c.payload.is_not(None)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        ids = [row.id for row in rows if pattern.search(_text(row.payload))]
    values = {"payload": None, "state": SourceDeliveryState.FAILED, "detail": "deleted with a customer who is in it"}
    for batch in batches(ids):
        connection.execute(sa.update(source_deliveries).where(source_deliveries.c.id.in_(batch)).values(values))
    return len(ids)


def _text(payload: bytes) -> str:
    """What was sent, with characters in place of their escapes."""
    text = payload.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _end(connection: Connection, delivery_id: int, **values: object) -> None:
    values = {"processed_at": datetime.now(UTC), **values}
    connection.execute(sa.update(source_deliveries).where(source_deliveries.c.id == delivery_id).values(values))


# Without the payload, which may be megabytes.
_COLUMNS = [
    *(column for column in source_deliveries.c if column.name not in ("payload", "workspace_id", "digest")),
    source_deliveries.c.payload.is_not(None).label("has_payload"),
]


def _delivery(row: Row) -> SourceDelivery:
    return SourceDelivery(
        id=row.id,
        source_id=row.source_id,
        state=SourceDeliveryState(row.state),
        received_at=row.received_at,
        processed_at=row.processed_at,
        new=row.new,
        changed=row.changed,
        unchanged=row.unchanged,
        rejected=row.rejected,
        detail=row.detail,
        has_payload=row.has_payload,
    )
