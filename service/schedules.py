"""Schedules: jobs that are started again and again, e.g. an analysis every night."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from saywhy import store
from saywhy.access import AuditEntry, PrincipalKind
from saywhy.errors import InvalidInput, SaywhyError
from saywhy.job import Schedule, Values
from saywhy.store import Engine
from service import jobs
from service.job_kinds import KINDS, PullArguments
from service.workspaces import reading, writing

log = logging.getLogger(__name__)


def add_schedule(
    engine: Engine,
    workspace: str,
    kind: str,
    arguments: Values,
    *,
    cron: str,
    time_zone: str = "UTC",
    created_by: str,
) -> Schedule:
    """Start a job of this kind whenever the cron expression says so, in this time zone.

    Raises `WorkspaceNotFound`, `SourceNotFound`, and `InvalidInput` for a kind that cannot be scheduled, arguments that
    it does not take, an unknown time zone, and an expression that is none or never comes true.
    """
    scheduled = {name: kind for name, kind in KINDS.items() if kind.may_be_scheduled}
    if kind not in scheduled:
        raise InvalidInput(f"{kind!r} cannot be scheduled; there are: {', '.join(scheduled)}")
    parsed = scheduled[kind].parse(arguments)
    values = scheduled[kind].values(parsed)
    with writing(engine, workspace) as (connection, workspace_id):
        if isinstance(parsed, PullArguments):
            store.sources.find(connection, workspace_id, parsed.source)
        next_at = next_time(cron, time_zone, store.jobs.clock(connection))
        return store.schedules.add(
            connection,
            workspace_id,
            kind,
            values,
            cron=cron,
            time_zone=time_zone,
            next_at=next_at,
            created_by=created_by,
        )


def list_schedules(engine: Engine, workspace: str) -> list[Schedule]:
    """All schedules, the oldest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.schedules.load(connection, workspace_id)


def remove_schedule(engine: Engine, workspace: str, schedule_id: int) -> None:
    """Remove a schedule; jobs that it has started stay. Raises `WorkspaceNotFound` and `ScheduleNotFound`."""
    with writing(engine, workspace) as (connection, workspace_id):
        store.schedules.delete(connection, workspace_id, schedule_id)


def start_due(engine: Engine) -> int:
    """Start the jobs of all schedules that are due, in all workspaces; return their number.

    A schedule, its job and its entry in the audit log are in one transaction, so that of several workers one starts it.
    However often it was missed while no worker was running, it starts one job.
    """
    with store.reading(engine) as connection:
        if not store.schedules.is_any_due(connection, store.jobs.clock(connection)):
            return 0
    with engine.begin() as connection:
        now = store.jobs.clock(connection)
        due = store.schedules.take_due(connection, now)
        for workspace_id, schedule in due:
            store.schedules.set_next(connection, schedule.id, next_time(schedule.cron, schedule.time_zone, now))
            try:
                arguments = KINDS[schedule.kind].parse(schedule.arguments)
                job = jobs.add(connection, workspace_id, arguments, schedule_id=schedule.id)
                entry = AuditEntry(now, PrincipalKind.SCHEDULE, schedule.name, schedule.kind, str(job.id), status=None)
                store.audit_log.add(connection, workspace_id, entry)
            except SaywhyError as error:  # e.g. an export, and the workspace has promised anonymity since
                log.warning("schedule %d starts nothing: %s", schedule.id, type(error).__name__)
        return len(due)


def next_time(cron: str, time_zone: str, after: datetime) -> datetime:
    """The first time after `after` at which the expression comes true, in UTC. Raises `InvalidInput`.

    As in Debian's cron, a time that the clocks skip in spring comes when they have changed, and one that they repeat in
    autumn comes once.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        raise InvalidInput(f"there is no time zone {time_zone[:50]!r}; one is Europe/Berlin") from None
    if len(cron.split()) != 5:
        raise InvalidInput(f"{cron[:50]!r} is no cron expression: minute, hour, day of month, month, day of week")
    try:
        return next(CronSim(cron, after.astimezone(zone))).astimezone(UTC)
    except CronSimError as error:
        raise InvalidInput(f"{cron[:50]!r} is no cron expression: {error}") from None
    except StopIteration:
        raise InvalidInput(f"{cron[:50]!r} never comes true") from None
