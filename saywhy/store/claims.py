"""Claims: workers take one job at a time from the queue, with a lease and a fencing token (ADR 17).

A worker renews its lease while it works. When it dies, the lease ends, and another worker takes the job with a greater
token. From then on the first one can write nothing of the job: `fence` makes each of its transactions check its token.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import IntegrityError

from saywhy.errors import LeaseLost
from saywhy.job import Claim, Job, JobProgress, JobState, Values
from saywhy.store.job_tables import jobs
from saywhy.store.jobs import clock, from_row
from saywhy.store.tables import workspaces

#: Detail of a job whose worker died so often that the job itself is probably the cause.
DEADLY = "the process died at each attempt, perhaps for want of memory"


def is_any_due(connection: Connection) -> bool:
    """Whether there is a job to claim; a reading transaction suffices."""
    return connection.scalar(_due(clock(connection)).limit(1)) is not None


def take(connection: Connection, worker: str, lease: timedelta, *, deaths: int) -> Claim | None:
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
    return Claim(from_row(row), name, row.token)


def job_of(connection: Connection, claim: Claim) -> Job:
    """The job of a claim, as it is now, whoever runs it."""
    return from_row(connection.execute(sa.select(jobs).where(jobs.c.id == claim.job.id)).one())


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


def fence(engine: Engine, claim: Claim, lease: timedelta) -> None:
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
    return from_row(row)
