"""`/v1/fixes`: causes that people marked as fixed, and what the feedback since then says of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import PrincipalDep, ReadAccess, WriteAccess
from api.http.bodies import SentObject
from api.v1.parameters import Day
from saywhy.fix import Fix, FixOutcome

router = APIRouter(prefix="/v1/fixes", tags=["fixes"])

Cause = Annotated[str, Path(description="The key, id or label of a cause.", examples=["theme:support"])]


class NewFix(SentObject):
    """A cause is fixed, either from a wave or from a date on."""

    cause: str = Field(
        max_length=500, description="A cause of the ranking: its key, id or label.", examples=["support"]
    )
    wave: str | None = Field(
        default=None, description="Fixed in this wave and in all later ones.", examples=["2026-Q2"]
    )
    date: Day | None = Field(default=None, description="Fixed in answers from this day on (UTC).")
    target: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="The share of those who write that may still name it, 0 … 1; null: half of the share before.",
    )
    release: str | None = Field(
        default=None, min_length=1, max_length=120, description="The release with which it was fixed.", examples=["3.2"]
    )


class FixOut(NewFix):
    """A fix, and what the feedback before and after it says."""

    cause: str = Field(description="The key of the cause.", examples=["theme:support"])
    outcome: FixOutcome | None = Field(description="null if the latest report has no such cause or wave.")

    @classmethod
    def of(cls, fix: Fix, outcome: FixOutcome | None) -> FixOut:
        return cls(
            cause=fix.cause,
            wave=fix.wave,
            date=fix.date,
            target=fix.target,
            release=fix.release,
            outcome=outcome,
        )


class Fixes(BaseModel):
    """All fixes: regressed ones first, then undecided, then verified ones."""

    fixes: list[FixOut]


@router.get("", summary="List the fixes")
def list_fixes(resources: ReadAccess) -> Fixes:
    """The causes that are marked as fixed, with their outcome on all waves."""
    from service.fixes import list_fixes  # loads scipy, like the other routes here

    marked = list_fixes(resources.engine, resources.workspace)
    return Fixes(fixes=[FixOut.of(one.fix, one.outcome) for one in marked])


@router.post(
    "",
    summary="Mark a cause as fixed",
    responses=problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def mark_fixed(body: NewFix, resources: WriteAccess, principal: PrincipalDep) -> FixOut:
    """Reports show it at once. A cause that is marked again is fixed from the new wave or date on."""
    from service.fixes import mark_fixed

    fix = Fix(body.cause, body.wave, body.date, body.target, body.release)
    code_frame = resources.annotator.code_frame
    marked = mark_fixed(resources.engine, resources.workspace, code_frame, fix, by=principal.name)
    return FixOut.of(marked.fix, marked.outcome)


@router.delete(
    "/{cause:path}",
    summary="Remove a fix",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.documented(HTTPStatus.NOT_FOUND),
)
def remove_fix(cause: Cause, resources: WriteAccess, principal: PrincipalDep) -> None:
    """Mark a cause as not fixed."""
    from service.fixes import remove_fix

    remove_fix(resources.engine, resources.workspace, cause, by=principal.name)
