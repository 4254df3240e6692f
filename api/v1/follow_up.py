"""`/v1/follow-up`: the policy that opens cases, accounts that customers brought, and the board report."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.auth import PersonalDataDep, ReadAccess, WriteAccess
from api.http.bodies import Items, SentObject
from api.v1.parameters import Amount, Day, LocalTime, Moment, RowId
from saywhy.board import Board
from saywhy.case import LONGEST_NAME, AccountOrigin, NewAccount
from saywhy.feedback import Group
from saywhy.follow_up import WORKING_WEEK, BusinessHours, FollowUpPolicy
from service import cases, customer_health

router = APIRouter(prefix="/v1/follow-up", tags=["cases"])

REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class BusinessHoursModel(SentObject):
    """When people work. Time outside of it does not count."""

    model_config = ConfigDict(from_attributes=True)

    time_zone: str = Field(max_length=100, description="An IANA name.", examples=["Europe/Berlin"])
    opens: LocalTime = Field(default=time(9), description="Local time.")
    closes: LocalTime = Field(default=time(17), description="Local time; 00:00 is the end of the day.")
    days: Items[Annotated[int, Field(ge=0, le=6)]] = Field(
        default=list(WORKING_WEEK), min_length=1, max_length=7, description="0 is Monday."
    )
    country: str | None = Field(
        default=None, max_length=10, description="ISO 3166-1: its public holidays are days off.", examples=["DE"]
    )
    subdivision: str | None = Field(default=None, max_length=20, examples=["BY"])

    def to_hours(self) -> BusinessHours:
        days = tuple(sorted(set(self.days)))
        return BusinessHours(self.time_zone, self.opens, self.closes, days, self.country, self.subdivision)


class PolicyModel(SentObject):
    """Which responses open a case, and until when the customer is to be contacted."""

    groups: Items[Group] = Field(description="Those whose responses open a case.", max_length=3)
    max_age_days: float | None = Field(
        gt=0, le=36_500, description="Older responses open none at import; null: whatever the age.", examples=[30]
    )
    within_hours: float = Field(gt=0, le=24 * 90, examples=[24])
    business_hours: BusinessHoursModel | None = Field(description="null: 24 hours are a day, whatever the day.")

    @classmethod
    def of(cls, policy: FollowUpPolicy) -> PolicyModel:
        hours = policy.business_hours
        return cls(
            groups=list(policy.groups),
            max_age_days=None if policy.max_age is None else policy.max_age / timedelta(days=1),
            within_hours=policy.within / timedelta(hours=1),
            business_hours=BusinessHoursModel.model_validate(hours) if hours else None,
        )

    def to_policy(self) -> FollowUpPolicy:
        return FollowUpPolicy(
            groups=tuple(dict.fromkeys(self.groups)),
            max_age=None if self.max_age_days is None else timedelta(days=self.max_age_days),
            within=timedelta(hours=self.within_hours),
            business_hours=self.business_hours.to_hours() if self.business_hours else None,
        )


class NewAccountIn(SentObject):
    """An account that a customer brought."""

    account: str = Field(min_length=1, max_length=LONGEST_NAME, examples=["Birchwood Labs"])
    origin: AccountOrigin
    brought_by: str = Field(max_length=500, description="A customer: an account, an id or an e-mail address.")
    case: RowId | None = Field(default=None, description="The case that it came of.")
    won_on: Day | None = Field(default=None, description="UTC; by default today.")
    revenue: Amount | None = Field(default=None, description="Annual.")
    acquisition_cost: Amount | None = Field(default=None, description="What winning it cost (CAC).")
    lifetime_value: Amount | None = None


class NewAccountOut(BaseModel):
    """An account that a customer brought."""

    model_config = ConfigDict(from_attributes=True)

    account: str
    origin: AccountOrigin
    brought_by: str
    case: int | None
    won_at: datetime
    revenue: float | None
    acquisition_cost: float | None
    lifetime_value: float | None


class NewAccounts(BaseModel):
    """The accounts that customers brought, in the order in which they were recorded."""

    new_accounts: list[NewAccountOut]


class BoardFormat(StrEnum):
    """The formats of the board report."""

    JSON = "json"
    CSV = "csv"


@router.get("/policy", summary="Read the policy", responses=REFUSED)
def read_policy(resources: ReadAccess) -> PolicyModel:
    """Which responses open a case, and when it is due."""
    return PolicyModel.of(cases.read_policy(resources.engine, resources.workspace))


@router.put("/policy", summary="Set the policy", responses=REFUSED)
def save_policy(body: PolicyModel, resources: WriteAccess) -> PolicyModel:
    """From now on. Cases that are open stay as they are."""
    policy = body.to_policy()
    cases.save_policy(resources.engine, resources.workspace, policy)
    return PolicyModel.of(policy)


@router.get(
    "/board",
    summary="Read the board report",
    response_model=Board,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **REFUSED},
)
def read_board(
    resources: ReadAccess,
    since: Annotated[
        Moment | None, Query(description="Cases opened and accounts won since then; by default all.")
    ] = None,
    format: BoardFormat = BoardFormat.JSON,
) -> Board | Response:
    """Points, cases by state and in time, recovered accounts, new accounts, and whether following up shows."""
    from pipelines.render.board import to_csv  # these load scipy, which few routes need
    from service.boards import read_board

    board = read_board(resources.engine, resources.workspace, since=since)
    return board if format is BoardFormat.JSON else Response(to_csv(board), media_type="text/csv; charset=utf-8")


@router.get("/new-accounts", summary="List the new accounts", responses=REFUSED)
def list_new_accounts(resources: ReadAccess, with_personal_data: PersonalDataDep) -> NewAccounts:
    """The accounts that customers brought: by a referral, or as former customers who buy again."""
    new = customer_health.list_new_accounts(
        resources.engine, resources.workspace, with_personal_data=with_personal_data
    )
    return NewAccounts(new_accounts=[NewAccountOut.model_validate(account) for account in new])


@router.post("/new-accounts", summary="Record a new account", status_code=HTTPStatus.CREATED, responses=REFUSED)
def add_new_account(body: NewAccountIn, resources: WriteAccess, with_personal_data: PersonalDataDep) -> NewAccountOut:
    """No account is recorded twice."""
    new = NewAccount.won(**body.model_dump())
    customer_health.add_new_account(resources.engine, resources.workspace, new, with_personal_data=with_personal_data)
    return NewAccountOut.model_validate(new)


@router.delete(
    "/new-accounts/{account:path}",
    summary="Remove a new account",
    status_code=HTTPStatus.NO_CONTENT,
    responses=REFUSED,
)
def remove_new_account(
    account: Annotated[str, Path(description="Its name.", examples=["Birchwood Labs"])], resources: WriteAccess
) -> None:
    """For one that was recorded by mistake."""
    customer_health.remove_new_account(resources.engine, resources.workspace, account)
