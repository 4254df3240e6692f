"""Schedules: which jobs are started again and again, and when each is due next."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import ScheduleNotFound
from saywhy.job import Schedule, Values
from saywhy.store.job_tables import schedules
from saywhy.store.statements import Row

#: The kind of job that digests start.
OF_DIGESTS = "digest"


def add(
    connection: Connection,
    workspace_id: int,
    kind: str,
    arguments: Values,
    cron: str,
    time_zone: str,
    next_at: datetime,
    created_by: str,
) -> Schedule:
    """Add a schedule."""
    statement = sa.insert(schedules).values(
        workspace_id=workspace_id,
        kind=kind,
        arguments=arguments,
        cron=cron,
        time_zone=time_zone,
        next_at=next_at,
        created_by=created_by,
    )
    return _schedule(connection.execute(statement.returning(schedules)).one())


def load(connection: Connection, workspace_id: int) -> list[Schedule]:
    """The schedules of a workspace, the oldest first, without those of digests, which are a part of these."""
    is_listed = (schedules.c.workspace_id == workspace_id) & (schedules.c.kind != OF_DIGESTS)
    query = sa.select(schedules).where(is_listed).order_by(schedules.c.id)
    return [_schedule(row) for row in connection.execute(query)]


def delete(connection: Connection, workspace_id: int, schedule_id: int, *, of_digest: bool = False) -> None:
    """Delete a schedule; its jobs stay. Raises `ScheduleNotFound`, and for that of a digest unless it is asked for."""
    is_schedule = (schedules.c.workspace_id == workspace_id) & (schedules.c.id == schedule_id)
    is_kind = (schedules.c.kind == OF_DIGESTS) if of_digest else (schedules.c.kind != OF_DIGESTS)
    if not connection.execute(sa.delete(schedules).where(is_schedule, is_kind)).rowcount:
        raise ScheduleNotFound(f"there is no schedule {schedule_id}")


def is_any_due(connection: Connection, now: datetime) -> bool:
    """Whether a schedule is due; a reading transaction suffices."""
    return connection.scalar(sa.select(schedules.c.id).where(schedules.c.next_at <= now).limit(1)) is not None


def take_due(connection: Connection, now: datetime) -> list[tuple[int, Schedule]]:
    """The schedules that are due, each with its workspace, for this transaction alone: call `set_next` in it."""
    query = sa.select(schedules).where(schedules.c.next_at <= now).order_by(schedules.c.id)
    rows = connection.execute(query.with_for_update(skip_locked=True)).all()
    return [(row.workspace_id, _schedule(row)) for row in rows]


def set_next(connection: Connection, schedule_id: int, next_at: datetime) -> None:
    """Set when the schedule is due next."""
    connection.execute(sa.update(schedules).where(schedules.c.id == schedule_id).values(next_at=next_at))


def _schedule(row: Row) -> Schedule:
    return Schedule(row.id, row.kind, row.arguments, row.cron, row.time_zone, row.next_at, row.created_by)
