"""`/v1/handling`: how people handle causes: progress, owner, ticket, effort, and until when one is set aside."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.auth import PrincipalDep, ReadAccess, WriteAccess
from api.http.bodies import SentObject
from api.v1.attribution import Authored
from api.v1.parameters import Day, RowId
from pipelines.report.effort import MAX_DAYS, MIN_DAYS
from saywhy.handling import LONGEST_LINES, Aside, Handling, HandlingChange, HandlingField, Progress
from service import handling
from service.efforts import set_effort

router = APIRouter(prefix="/v1", tags=["handling"])

Cause = Annotated[str, Path(max_length=500, description="The key of a cause.", examples=["theme:support"])]
REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class AsideIn(SentObject):
    """Until when a cause is set aside: whichever comes first. At least one member."""

    points: float | None = Field(default=None, gt=0, le=200, description="Until it costs so many NPS points more.")
    customers: int | None = Field(default=None, gt=0, lt=10**9, description="Until so many more customers name it.")
    date: Day | None = Field(default=None, description="Until this day.")


class AsideOut(BaseModel):
    """Until when a cause is set aside, with what it cost and who named it at the time."""

    model_config = ConfigDict(from_attributes=True)

    points: float | None
    customers: int | None
    date: Day | None
    points_then: float
    customers_then: int


class HandlingOut(BaseModel):
    """How people handle a cause."""

    cause: str = Field(description="Its key.", examples=["theme:support"])
    progress: Progress = Field(description="From when on it is fixed, and whether that shows, is in `/v1/fixes`.")
    owner: str | None
    ticket: str | None = Field(description="An address or a number.")
    aside: AsideOut | None

    @classmethod
    def of(cls, cause: str, kept: Handling) -> HandlingOut:
        aside = AsideOut.model_validate(kept.aside) if kept.aside else None
        return cls(cause=cause, progress=kept.progress, owner=kept.owner, ticket=kept.ticket, aside=aside)


class HandlingChangeOut(BaseModel):
    """Somebody set a field of a cause."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    field: HandlingField
    before: Any = Field(description="A text, or an object for `aside`, `effort` and `fix`; null for none.")
    value: Any
    author: str
    at: datetime
    undoes: int | None = Field(description="The change that this one takes back.")


class HandlingDetailsOut(HandlingOut):
    """How people handle a cause, and how that came about."""

    changes: list[HandlingChangeOut] = Field(description="Latest first.")

    @classmethod
    def of_details(cls, cause: str, kept: Handling, changes: tuple[HandlingChange, ...]) -> HandlingDetailsOut:
        return cls(
            **HandlingOut.of(cause, kept).model_dump(),
            changes=[HandlingChangeOut.model_validate(change) for change in changes],
        )


class HandlingList(BaseModel):
    """The causes of which people ever set anything."""

    causes: list[HandlingOut]


class HandlingIn(Authored):
    """What changes; a member that is left out stays as it is."""

    progress: Progress | None = Field(default=None, description="null is `new`.")
    owner: str | None = Field(default=None, max_length=LONGEST_LINES[HandlingField.OWNER], description="null: nobody.")
    ticket: str | None = Field(default=None, max_length=LONGEST_LINES[HandlingField.TICKET], description="null: none.")
    aside: AsideIn | None = Field(default=None, description="null: no longer.")

    def wanted(self) -> dict[HandlingField, Progress | str | Aside | None]:
        """The fields that were sent, with their values. Raises `InvalidInput` for an `aside` without a member."""
        aside = Aside(**self.aside.model_dump()) if self.aside else None
        values: dict[HandlingField, Progress | str | Aside | None] = {
            HandlingField.PROGRESS: self.progress,
            HandlingField.OWNER: self.owner,
            HandlingField.TICKET: self.ticket,
            HandlingField.ASIDE: aside,
        }
        return {field: value for field, value in values.items() if field.value in self.model_fields_set}


class EffortIn(Authored):
    """What fixing a cause takes."""

    effort_days: float | None = Field(ge=MIN_DAYS, lt=MAX_DAYS, description="null: nobody knows.", examples=[3])


@router.get("/handling", summary="List how causes are handled", responses=REFUSED)
def list_handling(resources: ReadAccess) -> HandlingList:
    """The causes of which people ever set anything, by key."""
    kept = handling.list_handling(resources.engine, resources.workspace)
    return HandlingList(causes=[HandlingOut.of(*entry) for entry in sorted(kept.items())])


@router.get("/handling/{cause}", summary="Read how a cause is handled", responses=REFUSED)
def read_handling(cause: Cause, resources: ReadAccess) -> HandlingDetailsOut:
    """With all changes; those of the effort and of the fix too."""
    return HandlingDetailsOut.of_details(cause, *handling.read_handling(resources.engine, resources.workspace, cause))


@router.patch("/handling/{cause}", summary="Change how a cause is handled", responses=REFUSED)
def change_handling(
    cause: Cause, body: HandlingIn, resources: WriteAccess, principal: PrincipalDep
) -> HandlingDetailsOut:
    """Set some of the members, all or none. A cause that is set aside leaves the ranking of the web app."""
    by = body.author_for(principal)
    handling.change_handling(resources.engine, resources.workspace, cause, body.wanted(), by=by)
    return read_handling(cause, resources)


@router.put("/handling/{cause}/effort", summary="Set the effort of a cause", responses=REFUSED)
def put_effort(cause: Cause, body: EffortIn, resources: WriteAccess, principal: PrincipalDep) -> HandlingDetailsOut:
    """The days that fixing it takes; reports weigh them against its points at once. For causes of the ranking."""
    effort = "none" if body.effort_days is None else repr(body.effort_days)
    by = body.author_for(principal)
    key, _ = set_effort(resources.engine, resources.workspace, cause, effort, by=by)
    return read_handling(key, resources)


@router.post("/handling-changes/{change}/undo", summary="Undo a change", responses=REFUSED)
def undo_handling(
    change: Annotated[RowId, Path(description="The number of a change.")],
    by: Authored,
    resources: WriteAccess,
    principal: PrincipalDep,
) -> HandlingDetailsOut:
    """Set a field back to what it was before its latest change. Undoing an undo restores the change."""
    undone = handling.undo_change(
        resources.engine,
        resources.workspace,
        change,
        by=by.author_for(principal),
        code_frame=resources.annotator.code_frame,
    )
    return read_handling(undone.cause, resources)
