"""`/v1/customers`: all that a customer said, how accounts are, and which turned."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.auth import PersonalDataDep, ReadAccess, WriteAccess
from api.v1.cases import CaseOut, CustomerOut
from api.v1.follow_up import NewAccountOut
from api.v1.parameters import Cursor, Limit
from saywhy.customer import AccountHealth, CustomerAlert, HealthBand, HealthParts
from service import customer_health
from service.customer_health import CustomerCause, ScorePoint
from service.exports import ExportedResponse
from service.paging import PAGE

router = APIRouter(prefix="/v1/customers", tags=["customers"])

REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class AccountHealthOut(BaseModel):
    """How an account is, and what that is computed from."""

    model_config = ConfigDict(from_attributes=True)

    account: str
    health: float | None = Field(description="0 … 100; null without a score that gives an NPS.", examples=[62.5])
    band: HealthBand | None
    parts: HealthParts
    score: float | None = Field(description="0 … 10, mean of the latest score of each of its people.")
    trend: float | None = Field(description="Change of the score, of those who answered more than once.")
    open_causes: list[str] = Field(description="Complaints that nobody resolved or fixed.", examples=[["topic:late"]])
    open_cases: int
    overdue_cases: int
    answers: int
    people: int
    last_answer: datetime | None
    days_silent: int | None
    waves_missed: int | None
    revenue: float | None = Field(description="Annual; it is not part of the health.")
    lifetime_value: float | None

    @classmethod
    def of(cls, health: AccountHealth) -> AccountHealthOut:
        return cls.model_validate(health)


class Customers(BaseModel):
    """The health of accounts."""

    customers: list[AccountHealthOut]
    next: str | None = Field(description="The cursor of the next page; null at the end.")


class CustomerDetailsOut(BaseModel):
    """All that is known of a customer."""

    name: str = Field(description="As it was asked for.")
    customers: list[CustomerOut] = Field(description="Who answered.")
    health: list[AccountHealthOut]
    scores: list[ScorePoint] = Field(description="Oldest first.")
    causes: list[CustomerCause] = Field(description="Complaints; open ones first.")
    cases: list[CaseOut]
    new_accounts: list[NewAccountOut]
    answers: list[ExportedResponse] = Field(description="Latest first.")


class AlertOut(BaseModel):
    """An account turned."""

    model_config = ConfigDict(from_attributes=True)

    account: str
    before: HealthBand
    after: HealthBand
    is_worse: bool
    health: float
    at: datetime

    @classmethod
    def of(cls, alert: CustomerAlert) -> AlertOut:
        return cls.model_validate(alert)


class Alerts(BaseModel):
    """The accounts that turned, the last one first."""

    alerts: list[AlertOut]


@router.get("", summary="List the customers", responses=REFUSED)
def list_customers(
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    band: Annotated[
        list[HealthBand] | None, Query(description="Repeatable: `watch` and `at_risk` are the watch list.")
    ] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Customers:
    """The worst first; of equal ones, that with the most revenue."""
    page = customer_health.list_customers(
        resources.engine,
        resources.workspace,
        bands=band,
        limit=limit,
        cursor=cursor,
        with_personal_data=with_personal_data,
    )
    return Customers(customers=[AccountHealthOut.of(health) for health in page.accounts], next=page.next)


@router.get("/alerts", summary="List the alerts", responses=REFUSED)
def list_alerts(resources: ReadAccess, with_personal_data: PersonalDataDep, limit: Limit = PAGE) -> Alerts:
    """The accounts that turned from one band to another, the last one first."""
    alerts = customer_health.list_alerts(
        resources.engine, resources.workspace, limit, with_personal_data=with_personal_data
    )
    return Alerts(alerts=[AlertOut.of(alert) for alert in alerts])


@router.post("/alerts", summary="Look for accounts that turned", responses=REFUSED)
def check_health(resources: WriteAccess, with_personal_data: PersonalDataDep) -> Alerts:
    """Record how accounts are now; the answer has those that turned since. Every analysis does this, too."""
    alerts = customer_health.check_health(resources.engine, resources.workspace, with_personal_data=with_personal_data)
    return Alerts(alerts=[AlertOut.of(alert) for alert in alerts])


@router.get("/{customer:path}", summary="Read a customer", responses=REFUSED)
def read_customer(
    customer: Annotated[
        str, Path(max_length=500, description="An account, a customer's id or an e-mail address.", examples=["C-21615"])
    ],
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
) -> CustomerDetailsOut:
    """Every answer, the scores in time, causes, cases and health."""
    details = customer_health.read_customer(
        resources.engine,
        resources.workspace,
        customer,
        code_frame=resources.annotator.code_frame,
        with_personal_data=with_personal_data,
    )
    return CustomerDetailsOut(
        name=details.name,
        customers=[CustomerOut.model_validate(each) for each in details.customers],
        health=[AccountHealthOut.of(each) for each in details.health],
        scores=list(details.scores),
        causes=list(details.causes),
        cases=[CaseOut.of(case, with_personal_data) for case in details.cases],
        new_accounts=[NewAccountOut.model_validate(new) for new in details.new_accounts],
        answers=list(details.answers),
    )
