"""The messages that subscribers get, for the OpenAPI document (`webhooks`): nothing here is called."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, Field

from saywhy.webhook_data import (
    AccountData,
    ComplaintData,
    DetractorData,
    DriftData,
    FixData,
    PingData,
    PraiseData,
    ReportData,
)

router = APIRouter(tags=["webhooks"])

_Type = TypeVar("_Type", bound=str)
_Data = TypeVar("_Data")


class WebhookMessage(BaseModel, Generic[_Type, _Data]):
    """The body of a message. Its headers are `webhook-id`, `webhook-timestamp` and `webhook-signature`."""

    type: _Type
    timestamp: datetime = Field(description="When it happened.")
    data: _Data


@router.post("detractor.new", summary="A response of a detractor was saved")
def detractor_new(body: WebhookMessage[Literal["detractor.new"], DetractorData]) -> None:
    """A new response of a detractor, or one that became a detractor's; not of answers older than 30 days."""


@router.post("account.turned", summary="The health of an account turned")
def account_turned(body: WebhookMessage[Literal["account.turned"], AccountData]) -> None:
    """The account went from one band to another."""


@router.post("complaint.rising", summary="A complaint is named more often than before")
def complaint_rising(body: WebhookMessage[Literal["complaint.rising"], ComplaintData]) -> None:
    """An alert of the report on all waves that the report before it did not have."""


@router.post("fix.regressed", summary="A fix has regressed")
def fix_regressed(body: WebhookMessage[Literal["fix.regressed"], FixData]) -> None:
    """What was fixed is complained of more often than the target allows, with a probability of at least 95 %."""


@router.post("drift.found", summary="Comments have drifted")
def drift_found(body: WebhookMessage[Literal["drift.found"], DriftData]) -> None:
    """The newest comments, or what the models say of them, are otherwise than those before."""


@router.post("report.finished", summary="A report is ready")
def report_finished(body: WebhookMessage[Literal["report.finished"], ReportData]) -> None:
    """An analysis that found something new has ended."""


@router.post("staff.praised", summary="Employees are praised")
def staff_praised(body: WebhookMessage[Literal["staff.praised"], PraiseData]) -> None:
    """A new comment praises employees; not of answers older than 30 days."""


@router.post("ping", summary="A test")
def pinged(body: WebhookMessage[Literal["ping"], PingData]) -> None:
    """Somebody tests the endpoint."""
