"""`/v1/cases`: follow-ups of single responses."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.auth import PersonalDataDep, PrincipalDep, ReadAccess, WriteAccess
from api.http.bodies import SentObject
from api.v1.attribution import Authored
from api.v1.parameters import Cursor, Limit, Moment, RowId
from saywhy.case import LONGEST_NAME, LONGEST_NOTE, Case, CaseChange, CaseEvent, CaseOrder, CaseState, Outcome, Task
from saywhy.feedback import Customer, Group, Scale
from saywhy.store.cases import CaseFilter
from service import cases
from service.customer_health import shown
from service.paging import PAGE

router = APIRouter(prefix="/v1/cases", tags=["cases"])

CaseId = Annotated[RowId, Path(description="The number of a case.", examples=[12])]
REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class CustomerOut(BaseModel):
    """Who answered. Name and address are null unless personal data may be read."""

    model_config = ConfigDict(from_attributes=True)

    id: str | None = Field(examples=["C-21615"])
    account: str | None = Field(examples=["Orchardine Kitchen"])
    name: str | None
    email: str | None
    revenue: float | None = Field(description="Annual.")
    lifetime_value: float | None

    @classmethod
    def of(cls, customer: Customer, with_personal_data: bool) -> CustomerOut:
        return cls.model_validate(shown(customer, with_personal_data))


class CaseOut(BaseModel):
    """The follow-up of one response."""

    id: int = Field(examples=[12])
    version: int = Field(description="Send it with a change.", examples=[3])
    state: CaseState
    group: Group
    task: Task = Field(description="recover a detractor, improve for a passive, thank a promoter and ask for a favour")
    owner: str | None
    outcome: Outcome | None
    opened_at: datetime
    due_at: datetime = Field(description="Until then the customer is to be contacted.")
    is_overdue: bool
    contacted_at: datetime | None
    ended_at: datetime | None
    source: str = Field(description="Of the response.")
    response: str = Field(description="The id of the response in its source.", examples=["R-100001"])
    score: int | None = Field(description="0 … 10; null if only the group is known.", examples=[0])
    wave: str | None
    answered_at: datetime | None
    customer: CustomerOut | None

    @classmethod
    def of(cls, case: Case, with_personal_data: bool) -> CaseOut:
        return cls(
            id=case.id,
            version=case.version,
            state=case.state,
            group=case.group,
            task=case.task,
            owner=case.owner,
            outcome=case.outcome,
            opened_at=case.opened_at,
            due_at=case.due_at,
            is_overdue=case.is_overdue(datetime.now(UTC)),
            contacted_at=case.contacted_at,
            ended_at=case.ended_at,
            source=case.source,
            response=case.response,
            score=case.score.value if case.score and case.score.scale is Scale.NPS else None,
            wave=case.wave,
            answered_at=case.answered_at,
            customer=CustomerOut.of(case.customer, with_personal_data) if case.customer else None,
        )


class EventOut(BaseModel):
    """What somebody changed: the new value of each field, and a note."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    author: str
    changes: dict[str, str | None] = Field(examples=[{"state": "contacted"}])
    note: str | None

    @classmethod
    def of(cls, event: CaseEvent) -> EventOut:
        return cls.model_validate(event)


class CaseDetailsOut(CaseOut):
    """A case with its history and the causes that the response names."""

    history: list[EventOut] = Field(description="Oldest first.")
    comment: str | None = Field(description="With personal data masked unless it may be read.")
    causes: list[str] = Field(description="Labels of the root causes that the comment names.")

    @classmethod
    def of_details(cls, details: cases.CaseDetails, with_personal_data: bool) -> CaseDetailsOut:
        return cls(
            **CaseOut.of(details.case, with_personal_data).model_dump(),
            history=[EventOut.of(event) for event in details.history],
            comment=details.comment,
            causes=list(details.causes.values()),
        )


class Cases(BaseModel):
    """Some of the cases."""

    cases: list[CaseOut]
    next: str | None = Field(description="The cursor of the next page; null at the end.")


class ChangeIn(Authored):
    """What changes; a member that is left out stays as it is."""

    version: int = Field(ge=1, description="That of the case as you read it; 409 if somebody else changed it since.")
    state: CaseState | None = None
    owner: str | None = Field(default=None, max_length=LONGEST_NAME, description='"" for nobody.', examples=["Ada"])
    outcome: Outcome | None = None
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)


class EarlierIn(SentObject):
    """Which stored responses get their case now."""

    since: Moment | None = Field(description="Those that were answered since then; null: all.")


class Opened(BaseModel):
    """How many cases were opened."""

    opened: int


@router.get("", summary="List the cases", responses=REFUSED)
def list_cases(
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    state: Annotated[list[CaseState] | None, Query(description="Repeatable. By default all.")] = None,
    group: Annotated[Group | None, Query()] = None,
    owner: Annotated[str | None, Query(max_length=LONGEST_NAME, description='"" for cases of nobody.')] = None,
    overdue: Annotated[bool, Query(description="Only those whose customer nobody has contacted in time.")] = False,
    order: Annotated[
        CaseOrder, Query(description="`urgency`: overdue, open, contacted, ended; detractors first in each.")
    ] = CaseOrder.PRIORITY,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Cases:
    """Detractors first, then passives, then promoters; in each group those that are due first. Or by `order`."""
    wanted = CaseFilter(states=state, group=group, owner=owner, overdue_at=datetime.now(UTC) if overdue else None)
    page = cases.list_cases(resources.engine, resources.workspace, wanted, order=order, limit=limit, cursor=cursor)
    return Cases(cases=[CaseOut.of(case, with_personal_data) for case in page.cases], next=page.next)


@router.post("", summary="Open the cases of earlier responses", responses=REFUSED)
def open_cases(body: EarlierIn, resources: WriteAccess) -> Opened:
    """For responses that were too old when they were imported. None gets a second case."""
    return Opened(opened=cases.open_earlier(resources.engine, resources.workspace, body.since))


@router.get("/{case}", summary="Read a case", responses=REFUSED)
def read_case(case: CaseId, resources: ReadAccess, with_personal_data: PersonalDataDep) -> CaseDetailsOut:
    """A case with its history."""
    details = cases.read_case(resources.engine, resources.workspace, case, with_personal_data=with_personal_data)
    return CaseDetailsOut.of_details(details, with_personal_data)


@router.patch("/{case}", summary="Change a case", responses=REFUSED)
def change_case(
    case: CaseId,
    body: ChangeIn,
    resources: WriteAccess,
    principal: PrincipalDep,
    with_personal_data: PersonalDataDep,
) -> CaseDetailsOut:
    """Change the state (open → contacted → resolved or closed), the owner or the outcome, or add a note."""
    # An explicit null takes the owner away.
    owner = "" if "owner" in body.model_fields_set and body.owner is None else body.owner
    details = cases.change_case(
        resources.engine,
        resources.workspace,
        case,
        CaseChange(body.state, owner, body.outcome, body.note),
        author=body.author_for(principal),
        version=body.version,
        with_personal_data=with_personal_data,
    )
    return CaseDetailsOut.of_details(details, with_personal_data)
