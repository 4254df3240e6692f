"""Seconds until `saywhy --help` ends, `saywhy classify` has answered one line, `saywhy topics` has grouped a few texts,
`saywhy serve` answers requests, and a worker has imported a file of one row.

    python -m benchmarks.start_up [--runs 5]

Prints the best of the runs, and the processor time of those that end, which other programs disturb less.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.latency import serving
from benchmarks.timing import print_table, processor
from saywhy import store
from service import jobs, workspaces
from service.files import JobFiles
from service.job_kinds import ImportArguments
from service.job_process import WorkerOptions
from service.worker import working

#: Seconds between two looks whether a job has ended.
_LOOK = 0.02

_SAYWHY = Path(sys.executable).with_name("saywhy")
_LINE = b'{"id": 1, "text": "Great product, but support is slow"}'
_FEW = b"".join(
    b'{"id": %d, "text": "The %b fails every %b"}\n' % (number, *words)
    for number, words in enumerate(product((b"export", b"login", b"search"), (b"day", b"week", b"night", b"time")))
)


def run(*arguments: str, given: bytes = b"") -> None:
    """Run the command to its end."""
    subprocess.run([_SAYWHY, *arguments], input=given, stdout=subprocess.DEVNULL, check=True)


def best(work: Callable[[], None], runs: int) -> tuple[float, float]:
    """The least seconds, and the least processor seconds of the processes that ended."""
    seconds, of_processor = [], []
    for _ in range(runs):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        work()
        seconds.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        of_processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(seconds), min(of_processor)


def ready(runs: int) -> float:
    """The least seconds from the command to the line that says where the server listens."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        with serving():
            seconds.append(time.perf_counter() - started)
    return min(seconds)


def job(runs: int) -> float:
    """The least seconds from the request of an import to its end; the first one waits until the worker has started."""
    seconds = []
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/store.db"
        engine, files = store.open_store(url), JobFiles(Path(folder))
        workspaces.create(engine, "w")
        with working(WorkerOptions(url, data_dir=files.root, slots=1)):
            for number in range(1 + runs):
                key, path = files.new_upload("row.csv")
                path.write_text(f"id,score,comment\n{number},0,Too slow\n")
                started = time.perf_counter()
                importing = jobs.start(engine, "w", ImportArguments(key, "row.csv"))
                while not jobs.find_job(engine, "w", importing.id).state.is_terminal:
                    time.sleep(_LOOK)
                seconds.append(time.perf_counter() - started)
        engine.dispose()
    return min(seconds[1:])


def main(runs: Annotated[int, typer.Option(min=1, help="Runs of each.")] = 5) -> None:
    """Print the table."""
    rows = [
        (name, *(f"{value:.2f} s" for value in best(work, runs)))
        for name, work in (
            ("`saywhy --help`", lambda: run("--help")),
            ("`saywhy classify`, one line", lambda: run("classify", given=_LINE)),
            ("`saywhy topics`, twelve lines", lambda: run("topics", given=_FEW)),
        )
    ]
    rows.append(("`saywhy serve`, until it answers", f"{ready(runs):.2f} s", "–"))
    rows.append(("a job of a worker: an import of one row", f"{job(runs):.2f} s", "–"))
    print(f"{processor()}\n")
    print_table(("", "seconds", "processor"), rows)


if __name__ == "__main__":
    typer.run(main)
