"""Deliveries as people see them: what was sent, what is dead, and sending it again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from saywhy import store
from saywhy.store import Engine
from saywhy.webhook import Attempt, Delivery, DeliveryState
from service.paging import PAGE, Page, latest_first
from service.webhooks.endpoints import refuse_disabled
from service.workspaces import reading, writing


@dataclass(frozen=True, slots=True)
class DeliveryDetails:
    """A delivery, what its event says without personal data, and its attempts, oldest first."""

    delivery: Delivery
    data: dict[str, Any]
    attempts: tuple[Attempt, ...]


def list_deliveries(
    engine: Engine,
    workspace: str,
    limit: int = PAGE,
    cursor: str | None = None,
    *,
    endpoint: int | None = None,
    state: DeliveryState | None = None,
) -> Page[Delivery]:
    """The deliveries, the latest first. Raises `WorkspaceNotFound` and `InvalidInput` for a cursor that is none."""
    with reading(engine, workspace) as (connection, workspace_id):
        load = partial(store.deliveries.page, connection, workspace_id, endpoint_id=endpoint, state=state)
        return latest_first(load, limit, cursor)


def read_delivery(engine: Engine, workspace: str, delivery_id: int) -> DeliveryDetails:
    """A delivery with its attempts. Raises `WorkspaceNotFound` and `DeliveryNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        delivery = store.deliveries.find(connection, workspace_id, delivery_id)
        return DeliveryDetails(
            delivery,
            store.webhooks.data_of(connection, workspace_id, delivery.event_id),
            tuple(store.deliveries.log(connection, delivery_id)),
        )


def send_again(engine: Engine, workspace: str, delivery_id: int) -> Delivery:
    """Send a message again, with the same id: one that is dead, or one that arrived and was lost.

    Raises `WorkspaceNotFound`, `DeliveryNotFound`, and `Conflict` if its endpoint is disabled.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        delivery = store.deliveries.find(connection, workspace_id, delivery_id)
        refuse_disabled(store.webhooks.find(connection, workspace_id, delivery.endpoint))
        return store.deliveries.send_again(connection, workspace_id, delivery_id)
