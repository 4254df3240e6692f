"""Jobs: a queue from which workers claim one job at a time, with a lease and a fencing token (ADR 17).

A worker renews its lease while it works. When it dies, the lease ends, and another worker claims the job with a greater
token. From then on the first one can write nothing of the job: `fenced` makes each of its transactions check its token.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import IntegrityError

from saywhy.errors import JobEnded, JobNotFound, LeaseLost
from saywhy.job import Claim, Job, JobProgress, JobState, Values
from saywhy.store.job_tables import jobs
from saywhy.store.statements import Row
from saywhy.store.tables import workspaces

#: Detail of a job whose worker died so often that the job itself is probably the cause.
DEADLY = "the process died at each attempt, perhaps for want of memory"

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
    return _job(connection.execute(statement.returning(jobs)).one())


def find(connection: Connection, workspace_id: int, job_id: int) -> Job:
    """The job of this number. Raises `JobNotFound`."""
    row = connection.execute(sa.select(jobs).where(_is(workspace_id, job_id))).one_or_none()
    if row is None:
        raise JobNotFound(f"there is no job {job_id}")
    return _job(row)


def page(
    connection: Connection,
    workspace_id: int,
    *,
    limit: int,
    before: int | None = None,
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
    return [_job(row) for row in connection.execute(query)]


def pending(connection: Connection, workspace_id: int, kind: str) -> list[Job]:
    """The jobs of a kind that have not started, the oldest first."""
    query = sa.select(jobs).where(
        jobs.c.workspace_id == workspace_id, jobs.c.kind == kind, jobs.c.state == JobState.PENDING
    )
    return [_job(row) for row in connection.execute(query.order_by(jobs.c.id))]


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
    return _job(connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(values).returning(jobs)).one())


def delete_ended(connection: Connection, before: datetime) -> int:
    """Delete the jobs that ended before this time; return their number."""
    return connection.execute(sa.delete(jobs).where(jobs.c.ended_at < before)).rowcount


def all_unfinished(connection: Connection) -> list[Job]:
    """The jobs of all workspaces that are not in a terminal state."""
    return [_job(row) for row in connection.execute(sa.select(jobs).where(jobs.c.state.not_in(_TERMINAL)))]


# --- the side of the workers ----------------------------------------------------------------------------------------


def is_any_due(connection: Connection) -> bool:
    """Whether there is a job to claim; a reading transaction suffices."""
    return connection.scalar(_due(clock(connection)).limit(1)) is not None


def claim(connection: Connection, worker: str, lease: timedelta, *, deaths: int) -> Claim | None:
    """The next job, running and leased to this worker; None if there is none, or another worker was faster.

    First those whose lease has ended without an outcome: their process died, which counts as an attempt. Such a job
    fails after `deaths` attempts, and is cancelled if that was asked for.
    """
    while True:
        now = clock(connection)
        query = _due(now).order_by((jobs.c.state == JobState.RUNNING).desc(), jobs.c.due_at, jobs.c.id).limit(1)
        job_id = connection.scalar(query.with_for_update(skip_locked=True, of=jobs))
        if job_id is None:
            return None
        row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).one()
        died = row.state == JobState.RUNNING
        attempts = row.attempts + died
        end: Values = {"attempts": attempts, "ended_at": now, "leased_until": None}
        if row.is_cancelling:
            end |= {"state": JobState.CANCELLED}
        elif died and attempts >= deaths:
            end |= {"state": JobState.FAILED, "detail": DEADLY}
        else:
            break
        connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(end))
    values: Values = {
        "state": JobState.RUNNING,
        "attempts": attempts,
        "started_at": row.started_at or now,
        "detail": None,
        "worker": worker,
        "leased_until": now + lease,
        "token": row.token + 1,
    }
    statement = sa.update(jobs).where(jobs.c.id == job_id).values(values).returning(jobs)
    try:
        with connection.begin_nested():
            row = connection.execute(statement).one()
    except IntegrityError:  # meanwhile, another worker has claimed another job of this kind and workspace
        return None
    name = connection.execute(sa.select(workspaces.c.name).where(workspaces.c.id == row.workspace_id)).scalar_one()
    return Claim(_job(row), name, row.token)


def of_claim(connection: Connection, claim: Claim) -> Job:
    """The job of a claim, as it is now, whoever runs it."""
    return _job(connection.execute(sa.select(jobs).where(jobs.c.id == claim.job.id)).one())


def renew(connection: Connection, claim: Claim, lease: timedelta, progress: JobProgress) -> Job:
    """Extend the lease and record the progress; the job says whether it is to be cancelled. Raises `LeaseLost`."""
    values = {"leased_until": clock(connection) + lease, **_progress(progress)}
    return _update(connection, claim, values)


def succeed(connection: Connection, claim: Claim, result: Values, detail: str | None = None) -> Job:
    """Record the result; call it in the transaction that makes the last change. Raises `LeaseLost`."""
    return _end(connection, claim, JobState.SUCCEEDED, detail, result)


def fail(connection: Connection, claim: Claim, detail: str) -> Job:
    """Record that the job has failed for good, and why. Raises `LeaseLost`."""
    return _end(connection, claim, JobState.FAILED, detail, None, attempts=jobs.c.attempts + 1)


def cancel(connection: Connection, claim: Claim, detail: str) -> Job:
    """Record that the job was cancelled while it ran. Raises `LeaseLost`."""
    return _end(connection, claim, JobState.CANCELLED, detail, None)


def release(
    connection: Connection,
    claim: Claim,
    delay: timedelta = timedelta(0),
    detail: str | None = None,
    *,
    is_attempt: bool = False,
) -> Job:
    """Give the job back to the queue, for any worker after `delay`; without one, in its old place.

    Raises `LeaseLost`.
    """
    values: dict[str, Any] = {
        "state": JobState.PENDING,
        "detail": detail,
        "leased_until": None,
        "worker": None,
    }
    if delay:
        values["due_at"] = clock(connection) + delay
    if is_attempt:
        values["attempts"] = jobs.c.attempts + 1
    return _update(connection, claim, values)


def fenced(engine: Engine, claim: Claim, lease: timedelta) -> None:
    """Make each writing transaction of this engine, as it begins, check that the claim is the latest of its job.

    It raises `LeaseLost` otherwise. Until the transaction ends, nobody else can claim the job: on PostgreSQL the row is
    locked against that (but not against `renew`), on SQLite the whole database is. As that keeps out `renew` too, such
    a transaction renews the lease itself when it commits.
    """
    query = sa.select(jobs.c.id).where(_is_held(claim)).with_for_update(read=True, key_share=True)

    def check(connection: Connection) -> None:
        if _writes(connection) and connection.scalar(query) is None:
            raise LeaseLost

    def renew_on_sqlite(connection: Connection) -> None:
        if _writes(connection) and connection.dialect.name == "sqlite":
            values = {"leased_until": clock(connection) + lease}
            connection.execute(sa.update(jobs).where(_is_held(claim)).values(values))

    event.listen(engine, "begin", check)
    event.listen(engine, "commit", renew_on_sqlite)


def _writes(connection: Connection) -> bool:
    """Whether it is a writing transaction: those that read, and session locks, have options of their own."""
    return not {"sqlite_begin", "isolation_level"} & connection.get_execution_options().keys()


def _due(now: datetime) -> sa.Select[tuple[int]]:
    """Jobs that nobody works on: their lease has ended, or they are due and no other job of their kind is running."""
    other = jobs.alias("other")
    is_blocked = sa.exists().where(
        other.c.workspace_id == jobs.c.workspace_id, other.c.kind == jobs.c.kind, other.c.state == JobState.RUNNING
    )
    return sa.select(jobs.c.id).where(
        sa.or_(
            (jobs.c.state == JobState.RUNNING) & (jobs.c.leased_until < now),
            (jobs.c.state == JobState.PENDING) & (jobs.c.due_at <= now) & ~is_blocked,
        )
    )


def _is(workspace_id: int, job_id: int) -> sa.ColumnElement[bool]:
    return (jobs.c.workspace_id == workspace_id) & (jobs.c.id == job_id)


def _is_held(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.id == claim.job.id, jobs.c.token == claim.token, jobs.c.state == JobState.RUNNING)


def _progress(progress: JobProgress) -> Values:
    return {"step": progress.step, "done": progress.done, "total": progress.total}


def _end(
    connection: Connection, claim: Claim, state: JobState, detail: str | None, result: Values | None, **values: Any
) -> Job:
    values |= {"state": state, "detail": detail, "result": result, "ended_at": clock(connection), "leased_until": None}
    return _update(connection, claim, values)


def _update(connection: Connection, claim: Claim, values: dict[str, Any]) -> Job:
    row = connection.execute(sa.update(jobs).where(_is_held(claim)).values(values).returning(jobs)).one_or_none()
    if row is None:
        raise LeaseLost(f"job {claim.job.id} has ended, or another worker runs it")
    return _job(row)


def _job(row: Row) -> Job:
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
