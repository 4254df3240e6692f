"""Runs: one analysis of a workspace, and its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunState(StrEnum):
    """pending → running → succeeded, failed or cancelled; the last three are terminal."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Run:
    """One analysis of a workspace with one model version. `detail`: why it failed, or that there was nothing new."""

    id: int
    state: RunState
    model: str
    started_at: datetime
    ended_at: datetime | None = None
    detail: str | None = None
