"""`saywhy worker`."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from cli.configuration import read_settings, worker_options


def worker(
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, help="Jobs to run at a time; by default SAYWHY_JOBS, else 2.")
    ] = None,
) -> None:
    """Run jobs (imports, analyses, exports) until it is stopped, as `saywhy serve` does by itself.

    Any number of workers may share a store. One that is stopped gives its jobs back; those of one that dies are started
    again by another one.
    """
    from service import logs
    from service.worker import work

    settings = read_settings(jobs=jobs)
    if not settings.jobs:
        raise typer.BadParameter("a worker runs at least one job at a time: SAYWHY_JOBS is 0, so set --jobs")
    logs.configure()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work(worker_options(settings), stop)
