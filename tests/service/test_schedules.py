"""Schedules: when they are due, and that each starts one job, whoever looks and however late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy import store
from saywhy.access import PrincipalKind
from saywhy.errors import InvalidInput, WorkspaceNotFound
from saywhy.store.job_tables import schedules
from service.audit_log import list_entries
from service.jobs import list_jobs
from service.schedules import add_schedule, list_schedules, next_time, remove_schedule, start_due
from service.workspaces import create, promise_anonymity


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 2 * * *", "UTC", "2026-01-31T02:00", "2026-02-01T02:00"),
        ("0 2 * * *", "Europe/Berlin", "2026-07-01T12:00", "2026-07-02T00:00"),
        ("0 2 * * *", "Asia/Shanghai", "2026-07-01T12:00", "2026-07-01T18:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:00"),  # 2:30 is skipped: at 3:00
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T00:30"),  # 2:30 comes twice: the first one
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),
        ("0 9 * * MON", "UTC", "2026-07-01T12:00", "2026-07-06T09:00"),
        ("0 0 29 2 *", "UTC", "2026-07-01T12:00", "2028-02-29T00:00"),
    ],
)
def test_next_times(cron: str, zone: str, after: str, expected: str) -> None:
    """The time is that of the zone, also on the days on which its clocks change."""
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert next_time(cron, zone, start) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "60 * * * *", "@daily", "0 0 31 2 *", "* * * * * *", "soon", "-1 * * * *"]
)
def test_what_is_no_cron_expression_is_refused(cron: str) -> None:
    """So that a schedule always has a next time."""
    with pytest.raises(InvalidInput, match=r"no cron expression|never comes true"):
        next_time(cron, "UTC", datetime.now(UTC))


def overdue(engine: Engine, kind: str = "analyse", workspace: str = "w") -> None:
    """A schedule that was missed for days."""
    create(engine, workspace)
    schedule = add_schedule(engine, workspace, kind, {}, cron="0 * * * *", created_by="ops")
    with engine.begin() as connection:
        store.schedules.set_next(connection, schedule.id, datetime.now(UTC) - timedelta(days=3))


def test_a_missed_schedule_starts_one_job(engine: Engine) -> None:
    """However often it was missed, and however many workers look at the same time."""
    overdue(engine)
    overdue(engine, workspace="other")
    with ThreadPoolExecutor(4) as threads:
        started = list(threads.map(lambda _: start_due(engine), range(4)))
    assert sum(started) == 2
    for workspace in ("w", "other"):
        (job,) = list_jobs(engine, workspace, limit=9).entries
        assert (job.kind, job.arguments) == ("analyse", {"refit": False})
        (schedule,) = list_schedules(engine, workspace)
        assert schedule.next_at > datetime.now(UTC)


def test_a_removed_schedule_starts_nothing(sqlite_engine: Engine) -> None:
    """Its jobs stay."""
    overdue(sqlite_engine)
    assert start_due(sqlite_engine) == 1
    overdue(sqlite_engine)
    for schedule in list_schedules(sqlite_engine, "w"):
        remove_schedule(sqlite_engine, "w", schedule.id)
    assert start_due(sqlite_engine) == 0
    assert len(list_jobs(sqlite_engine, "w", limit=9).entries) == 1


def test_a_schedule_outlives_what_it_may_not_do(sqlite_engine: Engine) -> None:
    """An export of a workspace that has promised anonymity since does not stop the other schedules."""
    overdue(sqlite_engine, "export")
    promise_anonymity(sqlite_engine, "w")
    overdue(sqlite_engine, "analyse")
    start_due(sqlite_engine)
    assert [job.kind for job in list_jobs(sqlite_engine, "w", limit=9).entries] == ["analyse"]
    assert [entry.action for entry in list_entries(sqlite_engine, "w").entries] == ["analyse"]


def test_the_audit_log_says_which_schedule_and_by_whom(engine: Engine) -> None:
    """One entry for each job that a schedule started; a schedule of which nobody knows who added it has its number."""
    overdue(engine)
    overdue(engine, "export")
    with engine.begin() as connection:
        connection.execute(sa.update(schedules).where(schedules.c.id == 2).values(created_by=None))
    start_due(engine)
    entries = [
        (entry.actor_kind, entry.actor, entry.action, entry.target, entry.status)
        for entry in list_entries(engine, "w").entries
    ]
    assert entries == [
        (PrincipalKind.SCHEDULE, "2", "export", "2", None),
        (PrincipalKind.SCHEDULE, "1, added by ops", "analyse", "1", None),
    ]


def test_a_schedule_needs_a_workspace(sqlite_engine: Engine) -> None:
    """A misspelt workspace is no new one."""
    with pytest.raises(WorkspaceNotFound):
        add_schedule(sqlite_engine, "nowhere", "analyse", {}, cron="0 2 * * *", created_by="ops")
