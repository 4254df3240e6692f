"""The process in which one job runs: computing in it slows nobody else down, and its memory ends with it.

It is told to stop by SIGTERM, and ends when the worker that started it does. It reports to the worker over a pipe.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from saywhy import store
from saywhy.errors import AnalysisRunning, LeaseLost, ProviderBusy, SaywhyError, StoreUnavailable
from saywhy.job import Claim, Job, JobProgress
from service import logs
from service.files import JobFiles
from service.job_kinds import KINDS, Models, RunningJob
from service.tracing import Tracing
from service.webhooks.addresses import Outgoing

log = logging.getLogger(__name__)

#: Seconds between two reports of progress.
_PROGRESS_EVERY = 0.5

#: Lower priority than that of the server, which answers people.
_NICENESS = 10

#: When to look again whether another analysis has ended.
_WAIT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """Where, with what and how a worker runs jobs, as plain values that can be sent to a process.

    It runs `slots` jobs at a time. A job belongs to it for `lease`, which is renewed while the job runs. Jobs that have
    ended are kept for `retention`. `tracing` makes spans of them. `outgoing`: where webhooks may lead.
    Pulls ask `pull_url` instead of the survey tools.
    """

    database_url: str
    key_file: Path | None = None
    data_dir: Path | None = None
    models: Models = field(default_factory=Models)
    slots: int = 2
    lease: timedelta = timedelta(seconds=30)
    retention: timedelta = timedelta(days=30)
    tracing: bool = False
    outgoing: Outgoing = field(default_factory=Outgoing)
    pull_url: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The error that ended a job: `is_final` if it would occur again."""

    detail: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Postponement:
    """The job cannot run yet: it goes back to the queue."""

    detail: str
    delay: timedelta


Message = JobProgress | Failure | Postponement


def run_job(options: WorkerOptions, claim: Claim, pipe: Pipe) -> None:
    """Run the job. It records its success itself; progress and everything else is reported to the worker."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which then sends SIGTERM
    threading.Thread(target=_end_with_worker, daemon=True).start()
    os.nice(_NICENESS)
    logs.configure()  # a new process
    try:
        _run(options, claim, pipe)
    except KeyboardInterrupt:
        return
    except LeaseLost:
        log.warning("job %d has ended, or another worker runs it", claim.job.id)
    except AnalysisRunning as error:
        pipe.send(Postponement(error.detail, _WAIT))
    except ProviderBusy as error:
        if error.retry_after is None:
            pipe.send(Failure(error.detail, is_final=False))
        else:
            pipe.send(Postponement(error.detail, timedelta(seconds=error.retry_after)))
    except StoreUnavailable as error:
        log.error("job %d: %s", claim.job.id, error.detail)
        pipe.send(Failure(StoreUnavailable().detail, is_final=False))
    except SaywhyError as error:
        pipe.send(Failure(error.detail, is_final=True))
    except OSError as error:
        pipe.send(Failure(error.strerror or type(error).__name__, is_final=False))
    except Exception as error:
        log.exception("job %d", claim.job.id)
        # The message may hold what customers said.
        detail = f"unexpected error ({type(error).__name__}); the log of the worker says more"
        pipe.send(Failure(detail, is_final=False))


def _run(options: WorkerOptions, claim: Claim, pipe: Pipe) -> None:
    engine = store.open_store(options.database_url, options.key_file)
    store.claims.fence(engine, claim, options.lease)
    files = JobFiles.of(engine, options.data_dir)
    job = RunningJob(engine, claim, files, options.models, _ProgressReporter(pipe).report, options.pull_url)
    kind = KINDS[claim.job.kind]
    with _traced(engine, claim.job) if options.tracing else nullcontext():
        kind.run(job, kind.parse(claim.job.arguments))


@contextmanager
def _traced(engine: store.Engine, job: Job) -> Iterator[None]:
    with closing(Tracing.start()) as tracing, tracing.job(job.id, job.kind):
        tracing.watch(engine)
        yield


class _ProgressReporter:
    """Reports each step as it begins, and then how much of it is done, not more often than a person can read."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._step: str | None = None
        self._reported_at = 0.0

    def report(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step != self._step or now - self._reported_at >= _PROGRESS_EVERY or (total and done == total):
            self._step, self._reported_at = step, now
            self._pipe.send(JobProgress(step, done, total))


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _end_with_worker() -> None:
    """End this process when the worker ends, even if that was killed: nobody renews the lease any more."""
    worker = parent_process()
    assert worker is not None
    connection.wait([worker.sentinel])
    os._exit(1)
