"""`/v1/schedules`: jobs that are started again and again."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http import problems
from api.http.auth import PrincipalDep, ReadAccess, WriteAccess
from api.http.bodies import SentObject
from api.v1.parameters import RowId
from service import schedules
from service.job_kinds import KINDS

router = APIRouter(prefix="/v1/schedules", tags=["jobs"])


_KINDS: list[JsonValue] = [name for name, kind in KINDS.items() if kind.may_be_scheduled]


class NewSchedule(SentObject):
    """Which job to start, and when."""

    kind: str = Field(
        max_length=32, description="The kind of job.", examples=["analyse"], json_schema_extra={"enum": _KINDS}
    )
    arguments: dict[str, JsonValue] = Field(
        default={}, max_length=20, description="As in the request that starts such a job.", examples=[{"refit": False}]
    )
    cron: str = Field(
        max_length=200,
        description="Minute, hour, day of month, month and day of week.",
        examples=["0 2 * * *"],
    )
    time_zone: str = Field(default="UTC", max_length=100, description="IANA name.", examples=["Europe/Berlin"])


class ScheduleOut(NewSchedule):
    """A schedule."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    next_at: datetime = Field(description="When it is due next.")
    created_by: str | None = Field(description="Who added it; null if that was before such names were kept.")


class Schedules(BaseModel):
    """All schedules, the oldest first."""

    schedules: list[ScheduleOut]


@router.get("", summary="List the schedules")
def list_schedules(resources: ReadAccess) -> Schedules:
    """The schedules, and when each is due next."""
    listed = schedules.list_schedules(resources.engine, resources.workspace)
    return Schedules(schedules=[ScheduleOut.model_validate(schedule) for schedule in listed])


@router.post(
    "",
    summary="Add a schedule",
    status_code=HTTPStatus.CREATED,
    responses=problems.documented(HTTPStatus.BAD_REQUEST),
)
def add_schedule(body: NewSchedule, resources: WriteAccess, principal: PrincipalDep) -> ScheduleOut:
    """Start a job whenever the cron expression comes true. What was missed while no worker ran is started once.

    The audit log has an entry for each job, with the schedule and who added it.
    """
    schedule = schedules.add_schedule(
        resources.engine,
        resources.workspace,
        body.kind,
        body.arguments,
        cron=body.cron,
        time_zone=body.time_zone,
        created_by=principal.name,
    )
    return ScheduleOut.model_validate(schedule)


@router.delete(
    "/{schedule}",
    summary="Remove a schedule",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.documented(HTTPStatus.NOT_FOUND),
)
def remove_schedule(
    schedule: Annotated[RowId, Path(description="The number of a schedule.", examples=[1])],
    resources: WriteAccess,
) -> None:
    """Remove a schedule. Jobs that it has started stay."""
    schedules.remove_schedule(resources.engine, resources.workspace, schedule)
