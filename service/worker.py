"""The worker: claims jobs, runs each in a process of its own, and keeps their leases, schedules and files in order.

It sends the messages of webhooks, too, in threads: they are a matter of milliseconds.

`saywhy serve` has a worker in a thread, and `saywhy worker` is one more: any number of them may share a store.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import ForkServerContext

from saywhy import store
from saywhy.errors import LeaseLost, SaywhyError, StoreUnavailable
from saywhy.job import Claim, JobProgress
from saywhy.store import Connection, Engine
from service.files import JobFiles
from service.job_process import Failure, Message, Postponement, WorkerOptions, run_job
from service.jobs import discard_upload
from service.schedules import start_due
from service.webhooks.sending import send_next

log = logging.getLogger(__name__)

#: Seconds between two looks for work.
POLL = 0.5

#: Messages of webhooks that a worker sends at a time, each to another endpoint.
SENDERS = 4

#: The lease is renewed several times before it would end.
RENEWALS_PER_LEASE = 6

#: Seconds after which progress is recorded, and a request to cancel noticed.
_LONGEST_SILENCE = 2.0

#: Seconds to wait after an error, e.g. when the database cannot be reached.
_PAUSE_AFTER_ERROR = 1.0

#: The longest pause between two attempts to open the store.
_LONGEST_PAUSE = 60.0

#: Seconds that a job has to stop when it is told to.
GRACE = 20.0

#: Attempts that may end with an error; the next one comes after 10 s, 20 s, 40 s …
ATTEMPTS = 5
BACKOFF = timedelta(seconds=10)

#: Attempts that may end with the death of the whole worker, which is seldom the job's fault.
DEATHS = 20

#: Seconds between two clearings of what is kept no longer.
_CLEARING_EVERY = 3600.0

#: How long the answers to requests with an idempotency key are kept.
ANSWER_LIFETIME = timedelta(days=2)


def work(options: WorkerOptions, stop: threading.Event, on_open: Callable[[], None] = lambda: None) -> None:
    """Run jobs and send messages until `stop` is set; then those that are running go back to the queue.

    `on_open` is called when the store is open. An outage of the database ends no worker. Raises `StoreUnavailable` if
    it cannot be opened at the start.
    """
    engine = store.open_store(options.database_url, options.key_file)
    on_open()
    files = JobFiles.of(engine, options.data_dir)
    threads = [
        threading.Thread(target=_work_in_slot, args=(engine, files, options, slot, stop))
        for slot in range(options.slots)
    ]
    threads += [threading.Thread(target=_send, args=(engine, options, stop)) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    cleared_at = -_CLEARING_EVERY
    while not stop.wait(POLL):
        with _going_on(Exception):
            start_due(engine)
            if time.monotonic() - cleared_at >= _CLEARING_EVERY:
                cleared_at = time.monotonic()
                clear(engine, files, options.retention)
    for thread in threads:
        thread.join()
    engine.dispose()


class WorkerStatus:
    """Whether a worker in the background can work: `failure` says why it cannot at the moment."""

    failure: str | None = None


@contextmanager
def working(options: WorkerOptions) -> Iterator[WorkerStatus]:
    """A worker in the background, as long as the block runs; none if it has no slots.

    It opens the store again and again, after longer and longer pauses, until that succeeds.
    """
    stop, status = threading.Event(), WorkerStatus()
    thread = threading.Thread(target=_keep_working, args=(options, stop, status), name="worker")
    if options.slots:
        thread.start()
    try:
        yield status
    finally:
        stop.set()
        if options.slots:
            thread.join()


def _keep_working(options: WorkerOptions, stop: threading.Event, status: WorkerStatus) -> None:
    pause = _PAUSE_AFTER_ERROR
    while not stop.is_set():
        try:
            work(options, stop, on_open=partial(setattr, status, "failure", None))
        except Exception as error:  # nobody else sees what a thread raises
            status.failure = str(error) or type(error).__name__
            is_expected = isinstance(error, SaywhyError)
            log.error("the worker tries again in %g s: %s", pause, status.failure, exc_info=not is_expected)
            stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _send(engine: Engine, options: WorkerOptions, stop: threading.Event) -> None:
    """Send messages until `stop` is set."""
    while not stop.is_set():
        has_sent = False
        with _going_on(Exception):
            has_sent = send_next(engine, options.outgoing, lease=options.lease)
        if not has_sent:
            stop.wait(POLL)


def clear(engine: Engine, files: JobFiles, retention: timedelta) -> None:
    """Delete what ended long ago: jobs, messages, failed webhooks, answers, exports, uploads that no job needs."""
    with engine.begin() as connection:
        now = store.jobs.clock(connection)
        store.jobs.delete_ended(connection, now - retention)
        store.webhooks.delete_ended(connection, now - retention)
        store.source_deliveries.forget_payloads(connection, now - retention)
        store.answers.delete(connection, now - ANSWER_LIFETIME)
        unfinished = store.jobs.all_unfinished(connection)
    files.sweep([job.arguments["upload"] for job in unfinished if "upload" in job.arguments])


def _work_in_slot(engine: Engine, files: JobFiles, options: WorkerOptions, slot: int, stop: threading.Event) -> None:
    name = f"{socket.gethostname()}:{os.getpid()}:{slot}"
    while not stop.is_set():
        claim = None
        with _going_on(Exception):
            claim = _claim(engine, name, options.lease)
        if claim is None:
            stop.wait(POLL)
            continue
        log.info("job %d (%s) starts", claim.job.id, claim.job.kind)
        with _going_on(Exception):
            _Supervision(engine, claim, options).run(stop)
            with store.reading(engine) as connection:
                job = store.claims.job_of(connection, claim)
            log.info("job %d (%s): %s", job.id, job.kind, job.state.value)  # the job has the reason, with names
            if job.state.is_terminal:
                discard_upload(files, job)


def _claim(engine: Engine, name: str, lease: timedelta) -> Claim | None:
    with store.reading(engine) as connection:  # so that idle workers do not disturb writers
        if not store.claims.is_any_due(connection):
            return None
    _wait_for_template()
    with engine.begin() as connection:
        return store.claims.take(connection, name, lease, deaths=DEATHS)


class _Supervision:
    """Starts the process of a job, renews the lease, stops the process where that is due, and records how it ended."""

    def __init__(self, engine: Engine, claim: Claim, options: WorkerOptions) -> None:
        self._engine, self._claim, self._options = engine, claim, options
        self._renew_every = min(options.lease.total_seconds() / RENEWALS_PER_LEASE, _LONGEST_SILENCE)
        self._renewed_at = time.monotonic()
        self._progress = claim.job.progress
        self._outcome: Failure | Postponement | None = None
        self._is_cancelling = False

    def run(self, stop: threading.Event) -> None:
        context = _job_context()
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=run_job, args=(self._options, self._claim, sender), name="saywhy-job")
        process.start()
        sender.close()  # so that the end of the process is the end of the pipe
        kill_at: float | None = None
        try:
            while self._receive(receiver):
                self._keep_lease()
                if kill_at is None and (stop.is_set() or self._is_cancelling):
                    process.terminate()
                    kill_at = time.monotonic() + GRACE
                elif kill_at is not None and time.monotonic() > kill_at:
                    process.kill()
            process.join()
        except LeaseLost:  # the job has ended, or another worker has it
            return
        finally:
            process.kill()
            process.join()
            receiver.close()
        with suppress(LeaseLost), self._engine.begin() as connection:  # lost if it has succeeded
            self._record_end(connection, process.exitcode or 0, was_stopped=kill_at is not None)

    def _receive(self, pipe: Pipe) -> bool:
        """Take a message of the process, if one comes soon; whether more may come."""
        try:
            if pipe.poll(self._renew_every):
                message: Message = pipe.recv()
                if isinstance(message, JobProgress):
                    self._progress = message
                else:
                    self._outcome = message
        except (EOFError, OSError):
            return False
        return True

    def _keep_lease(self) -> None:
        """Renew the lease where that is due. Raises `LeaseLost`.

        During an outage of the database the process goes on: should another worker get the job meanwhile, nothing that
        this one writes is accepted.
        """
        if time.monotonic() - self._renewed_at < self._renew_every:
            return
        self._renewed_at = time.monotonic()
        with _going_on(StoreUnavailable), self._engine.begin() as connection:
            job = store.claims.renew(connection, self._claim, self._options.lease, self._progress)
            self._is_cancelling = job.is_cancelling

    def _record_end(self, connection: Connection, exit_code: int, *, was_stopped: bool) -> None:
        claim, outcome = self._claim, self._outcome
        if self._is_cancelling:
            store.claims.cancel(connection, claim, "stopped on request; what it had saved stays")
        elif isinstance(outcome, Postponement):
            store.claims.release(connection, claim, outcome.delay, outcome.detail)
        elif outcome is None and (was_stopped or exit_code == 0):  # told to stop by this worker, or by somebody else
            store.claims.release(connection, claim)
        else:
            failure = outcome or Failure(f"its process died ({_cause_of_death(exit_code)})", is_final=False)
            attempts = claim.job.attempts + 1
            if failure.is_final or attempts >= ATTEMPTS:
                store.claims.fail(connection, claim, failure.detail)
            else:
                delay = BACKOFF * 2 ** (attempts - 1)
                store.claims.release(connection, claim, delay, failure.detail, is_attempt=True)


def _job_context() -> ForkServerContext:
    """Processes are forked from `service.job_template`: it has no threads, with which a fork of this process may hang.

    It starts with the first job, and again if it has died.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["service.job_template"])
    return context


def _wait_for_template() -> None:
    """Return once processes can be forked, which takes seconds where none was before: while nobody waits, no job is
    claimed whose lease would end. Raises `OSError` or `EOFError` if the process they are forked from is dying.
    """
    process = _job_context().Process(target=os.getpid)
    process.start()
    process.join()


def _cause_of_death(exit_code: int) -> str:
    return f"exit code {exit_code}" if exit_code > 0 else signal.Signals(-exit_code).name


@contextmanager
def _going_on(after: type[Exception]) -> Iterator[None]:
    """Log such an error and wait a little: it ends no worker, and a job that is affected is claimed again in time."""
    try:
        yield
    except after as error:
        if isinstance(error, StoreUnavailable):
            log.error("%s", error.detail)
        else:
            log.exception("unexpected error")
        time.sleep(_PAUSE_AFTER_ERROR)
