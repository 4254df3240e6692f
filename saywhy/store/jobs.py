"""Jobs: the queue as people see it. `claims` is the side of the workers.

Times are by one clock for all of them (`clock`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import JobEnded, JobNotFound
from saywhy.job import Job, JobProgress, JobState, Values
from saywhy.store.job_tables import jobs
from saywhy.store.statements import Row

_TERMINAL = [state.value for state in JobState if state.is_terminal]


def clock(connection: Connection) -> datetime:
    """The time by the clock that all workers share: that of the PostgreSQL server, or of this machine."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def add(
    connection: Connection, workspace_id: int, kind: str, arguments: Values, *, schedule_id: int | None = None
) -> Job:
    """Add a job that is due at once."""
    now = clock(connection)
    statement = sa.insert(jobs).values(
        workspace_id=workspace_id,
        kind=kind,
        arguments=arguments,
        state=JobState.PENDING,
        created_at=now,
        due_at=now,
        schedule_id=schedule_id,
    )
    return from_row(connection.execute(statement.returning(jobs)).one())


def find(connection: Connection, workspace_id: int, job_id: int) -> Job:
    """The job of this number. Raises `JobNotFound`."""
    row = connection.execute(sa.select(jobs).where(_is(workspace_id, job_id))).one_or_none()
    if row is None:
        raise JobNotFound(f"there is no job {job_id}")
    return from_row(row)


def page(
    connection: Connection,
    workspace_id: int,
    limit: int,
    before: int | None = None,
    *,
    kind: str | None = None,
    states: Collection[JobState] = (),
) -> list[Job]:
    """At most `limit` jobs, the latest first; those with a number less than `before`."""
    query = sa.select(jobs).where(jobs.c.workspace_id == workspace_id).order_by(jobs.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(jobs.c.id < before)
    if kind is not None:
        query = query.where(jobs.c.kind == kind)
    if states:
        query = query.where(jobs.c.state.in_(states))
    return [from_row(row) for row in connection.execute(query)]


def pending(connection: Connection, workspace_id: int, kind: str) -> list[Job]:
    """The jobs of a kind that have not started, the oldest first. Until the transaction ends, no worker starts them."""
    query = sa.select(jobs).where(
        jobs.c.workspace_id == workspace_id, jobs.c.kind == kind, jobs.c.state == JobState.PENDING
    )
    return [from_row(row) for row in connection.execute(query.order_by(jobs.c.id).with_for_update(read=True))]


def that_copy(connection: Connection, workspace_id: int) -> list[Job]:
    """The imports that have not ended, and the exports and pulls that run: what they copy is not in the tables.

    Until the transaction ends, no worker starts those that wait.
    """
    query = sa.select(jobs).where(
        jobs.c.workspace_id == workspace_id,
        jobs.c.kind.in_(["import", "export", "pull"]),
        jobs.c.state.not_in(_TERMINAL),
    )
    unfinished = [from_row(row) for row in connection.execute(query.with_for_update())]
    return [job for job in unfinished if job.kind == "import" or job.state is JobState.RUNNING]


def exported_files(connection: Connection, workspace_id: int) -> list[str]:
    """The keys of the files of exports that have succeeded."""
    query = sa.select(jobs.c.result).where(
        jobs.c.workspace_id == workspace_id, jobs.c.kind == "export", jobs.c.state == JobState.SUCCEEDED
    )
    return [result["file"] for result in connection.scalars(query)]


def all_files(connection: Connection) -> tuple[list[str], list[str]]:
    """The keys of the files that jobs of all workspaces need: uploads that wait for them, and finished exports."""
    uploads = [job.arguments["upload"] for job in all_unfinished(connection) if "upload" in job.arguments]
    query = sa.select(jobs.c.result).where(jobs.c.kind == "export", jobs.c.state == JobState.SUCCEEDED)
    return uploads, [result["file"] for result in connection.scalars(query)]


def request_cancel(connection: Connection, workspace_id: int, job_id: int) -> Job:
    """Cancel a job that is not running, or ask the worker of a running one to stop.

    Raises `JobNotFound`, and `JobEnded` if it is in a terminal state.
    """
    query = sa.select(jobs).where(_is(workspace_id, job_id)).with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise JobNotFound(f"there is no job {job_id}")
    if row.state in _TERMINAL:
        raise JobEnded(f"job {job_id} has ended: {row.state}")
    values: Values = {"is_cancelling": True}
    if row.state == JobState.PENDING:
        values |= {"state": JobState.CANCELLED, "ended_at": clock(connection), "detail": None}
    return from_row(connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(values).returning(jobs)).one())


def delete_ended(connection: Connection, before: datetime) -> int:
    """Delete the jobs that ended before this time; return their number."""
    return connection.execute(sa.delete(jobs).where(jobs.c.ended_at < before)).rowcount


def all_unfinished(connection: Connection) -> list[Job]:
    """The jobs of all workspaces that are not in a terminal state."""
    return [from_row(row) for row in connection.execute(sa.select(jobs).where(jobs.c.state.not_in(_TERMINAL)))]


def _is(workspace_id: int, job_id: int) -> sa.ColumnElement[bool]:
    return (jobs.c.workspace_id == workspace_id) & (jobs.c.id == job_id)


def from_row(row: Row) -> Job:
    """The job of a row of the table."""
    return Job(
        id=row.id,
        kind=row.kind,
        arguments=row.arguments,
        state=JobState(row.state),
        progress=JobProgress(row.step, row.done, row.total),
        attempts=row.attempts,
        created_at=row.created_at,
        due_at=row.due_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        result=row.result,
        detail=row.detail,
        is_cancelling=row.is_cancelling,
    )
