"""`/v1/webhook-deliveries`: what was sent to whom, and sending it again."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http import problems
from api.http.auth import AdminAccess
from api.v1.parameters import Cursor, Limit, RowId
from saywhy.webhook import Delivery, DeliveryState, EventType
from service.paging import PAGE
from service.webhooks import deliveries

router = APIRouter(prefix="/v1/webhook-deliveries", tags=["webhooks"])

Number = Annotated[RowId, Path(description="The number of a delivery.", examples=[1])]


class DeliveryOut(BaseModel):
    """One event for one endpoint."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[12])
    endpoint: int = Field(description="The number of the endpoint.", examples=[1])
    event_id: str = Field(
        description="The `webhook-id` of the message, the same at each attempt.",
        examples=["evt_4f6c0a7de3b94c1f8f0d5a1b2c3d4e5f"],
    )
    type: EventType
    state: DeliveryState = Field(description="`dead`: after the last attempt, or because the endpoint was disabled.")
    attempts: int
    created_at: datetime
    due_at: datetime = Field(description="Of a pending one: not before.")
    ended_at: datetime | None
    status: int | None = Field(description="Of the last answer; null if there was none.")
    detail: str | None = Field(description="What went wrong the last time.")

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryOut:
        return cls.model_validate(delivery)


class Deliveries(BaseModel):
    """Deliveries, the latest first."""

    deliveries: list[DeliveryOut]
    next: str | None = Field(description="The `cursor` of the next page; null at the end.")


class AttemptOut(BaseModel):
    """One request to the endpoint."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    status: int | None
    milliseconds: int
    detail: str | None = Field(description="What went wrong; null if it arrived.")
    answer: str | None = Field(description="Its first 500 characters; null for endpoints with personal data.")


class DeliveryDetailsOut(DeliveryOut):
    """A delivery with what its event says, without personal data, and its attempts, oldest first."""

    data: dict[str, JsonValue]
    log: list[AttemptOut]


@router.get("", summary="List the deliveries", responses=problems.documented(HTTPStatus.BAD_REQUEST))
def list_deliveries(
    resources: AdminAccess,
    endpoint: Annotated[RowId | None, Query(description="Only of this endpoint.")] = None,
    state: Annotated[DeliveryState | None, Query(description="`dead` is the list of dead letters.")] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Deliveries:
    """What was sent, what waits, and what is dead; kept for `SAYWHY_JOB_RETENTION` days."""
    page = deliveries.list_deliveries(
        resources.engine, resources.workspace, limit=limit, cursor=cursor, endpoint=endpoint, state=state
    )
    return Deliveries(deliveries=[DeliveryOut.of(delivery) for delivery in page.entries], next=page.next)


@router.get("/{delivery}", summary="Read a delivery", responses=problems.documented(HTTPStatus.NOT_FOUND))
def read_delivery(delivery: Number, resources: AdminAccess) -> DeliveryDetailsOut:
    """What was sent, and every attempt."""
    details = deliveries.read_delivery(resources.engine, resources.workspace, delivery)
    return DeliveryDetailsOut(
        **DeliveryOut.of(details.delivery).model_dump(),
        data=details.data,
        log=[AttemptOut.model_validate(attempt) for attempt in details.attempts],
    )


@router.post(
    "/{delivery}/redeliver",
    summary="Send a message again",
    status_code=HTTPStatus.ACCEPTED,
    responses=problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def redeliver(delivery: Number, resources: AdminAccess) -> DeliveryOut:
    """With the same id, and as many attempts as at first."""
    return DeliveryOut.of(deliveries.send_again(resources.engine, resources.workspace, delivery))
