"""Jobs: long work that a worker does in the background, and the schedules that ask for it again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

#: What a job is told and what it returns, as a JSON object.
Values = dict[str, Any]


class JobState(StrEnum):
    """pending → running → succeeded, failed or cancelled; the last three are terminal.

    A running job whose worker stops or dies, and one that will be tried again, is pending again.
    """

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The step of a job, and how much of it is done; `total` is 0 where it is unknown."""

    step: str | None = None
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of background work in a workspace.

    `attempts` counts the attempts that ended badly: with an error, or because the process died. `detail` says why the
    job failed, was cancelled or waits. `due_at` is the time before which it does not start.
    """

    id: int
    kind: str
    arguments: Values
    state: JobState
    progress: JobProgress
    attempts: int
    created_at: datetime
    due_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: Values | None = None
    detail: str | None = None
    is_cancelling: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to run a job until its lease ends.

    `token` grows each time that the job is claimed: a worker whose token is not the latest may write nothing any more.
    """

    job: Job
    workspace: str
    token: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Jobs of one kind, started by a cron expression in a time zone (an IANA name).

    `created_by` is the name of whoever added it, None if that was before such names were kept.
    """

    id: int
    kind: str
    arguments: Values
    cron: str
    time_zone: str
    next_at: datetime
    created_by: str | None = None

    @property
    def name(self) -> str:
        """What the audit log calls it: its number, and who added it."""
        return f"{self.id}" if self.created_by is None else f"{self.id}, added by {self.created_by}"
