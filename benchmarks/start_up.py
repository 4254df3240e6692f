"""Seconds until `saywhy --help` ends, `saywhy classify` has answered one line, `saywhy topics` has grouped a few texts,
and `saywhy serve` answers requests.

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
from typing import Annotated

import typer

from benchmarks.latency import serving
from benchmarks.timing import print_table, processor

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
    print(f"{processor()}\n")
    print_table(("", "seconds", "processor"), rows)


if __name__ == "__main__":
    typer.run(main)
