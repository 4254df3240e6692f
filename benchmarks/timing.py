"""What every benchmark needs: the best of several windows, peak memory, a table."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence


def best(work: Callable[[], object], windows: int, items: int) -> float:
    """Items per second in the best of several windows: the machine may be shared, its best moment is its own."""
    seconds = []
    for _ in range(windows):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return items / min(seconds)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A Markdown table, ready for docs/benchmarks.md."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    for row in (header, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
