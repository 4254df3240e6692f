"""Work in the background: jobs, what starts them, and schedules."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from saywhy_client import models as m
from saywhy_client.files import download
from saywhy_client.operations import Resource, covers, delete, get, post, url
from saywhy_client.problems import JobFailed

#: Seconds between two looks at a job, at first and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


class Jobs(Resource):
    """Imports, analyses and exports in the background."""

    @get("/v1/jobs", items="jobs")
    def list(
        self, *, kind: str | None = None, state: Sequence[m.JobState] | None = None, limit: int = 50
    ) -> Iterator[m.Job]:
        """The latest first; `limit` is the size of a page."""

    @get("/v1/jobs/{job}")
    def read(self, job: int) -> m.Job:
        """A job."""

    @post("/v1/jobs/{job}/cancel")
    def cancel(self, job: int) -> m.Job:
        """Cancel a job that waits, and ask a running one to stop."""

    def wait(self, job: m.Job | int, *, timeout: float | None = None) -> m.Job:
        """Wait until a job has succeeded; it with its result.

        Raises `JobFailed` if it fails or is cancelled, and `TimeoutError` after so many seconds.
        """
        number = job if isinstance(job, int) else job.id
        deadline = None if timeout is None else monotonic() + timeout
        pause = _FIRST_PAUSE
        while (latest := self.read(number)).state in ("pending", "running"):
            if deadline is not None and monotonic() + pause > deadline:
                raise TimeoutError(f"job {number} ({latest.kind}) is {latest.state} after {timeout} seconds")
            sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        if latest.state != "succeeded":
            raise JobFailed(latest)
        return latest


class Analyses(Resource):
    """Analyses."""

    @post("/v1/analyses")
    def start(self, *, refit: bool = False, idempotency_key: str | None = None) -> m.Job:
        """Start an analysis; with `refit`, all feedback is clustered again."""


class Exports(Resource):
    """Files with every response and what is said of it."""

    @post("/v1/exports")
    def start(
        self,
        *,
        format: m.ExportFormat = "csv",
        wave: str = "all",
        segments: Sequence[str] = (),
        cause: str | None = None,
        idempotency_key: str | None = None,
    ) -> m.Job:
        """Start an export: csv, xlsx, parquet or jsonl."""

    @covers("GET", "/v1/exports/{job}")
    def download(self, job: int, to: str | PathLike[str]) -> Path:
        """Write the file of an export that has succeeded; it is there for seven days."""
        return download(self, url("/v1/exports/{job}", job=job), to)


class Schedules(Resource):
    """Jobs that are started again and again."""

    @get("/v1/schedules", items="schedules")
    def list(self) -> Sequence[m.Schedule]:
        """All of them."""

    @post("/v1/schedules")
    def add(
        self, kind: str, *, cron: str, time_zone: str = "UTC", arguments: Mapping[str, Any] | None = None
    ) -> m.Schedule:
        """Start `analyse`, `export` or `pull` whenever a cron expression comes true, with arguments as of `start`."""

    @delete("/v1/schedules/{schedule}")
    def remove(self, schedule: int) -> None:
        """Remove a schedule."""
