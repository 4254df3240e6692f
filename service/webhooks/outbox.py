"""The outbox: what subscribers are to be told, recorded in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from saywhy import store
from saywhy.store import Connection
from saywhy.webhook import EventType, NewEvent
from saywhy.webhook_data import DATA, Data


def subscribers(connection: Connection, workspace_id: int, event: EventType) -> list[int]:
    """The endpoints that are to be told; none of an anonymous workspace for what tells of single people."""
    endpoints = store.webhooks.subscribed(connection, workspace_id, event)
    if endpoints and not event.is_of_groups and store.workspaces.is_anonymous(connection, workspace_id):
        return []
    return endpoints


def tell(connection: Connection, workspace_id: int, events: Iterable[NewEvent], endpoints: list[int]) -> list[str]:
    """Record events for these endpoints; their ids. A worker sends them once the transaction has been committed."""
    return store.webhooks.record(connection, workspace_id, [*events], endpoints)


def as_json(data: Data) -> dict[str, Any]:
    """The data of an event as JSON."""
    values: dict[str, Any] = TypeAdapter(type(data)).dump_python(data, mode="json")
    return values


def from_json(event: EventType, values: dict[str, Any]) -> Data:
    """The data of an event that was stored; members of later versions are left out."""
    kind = DATA[event]
    known = {name: value for name, value in values.items() if name in kind.__dataclass_fields__}
    data: Data = TypeAdapter(kind).validate_python(known)
    return data
