"""What every benchmark needs: the best of several windows, the processor that it ran on, a table."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

#: Instructions that decide how fast int8 products are, best first.
_INT8 = ("amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2")


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


def processor() -> str:
    """The processor, its cores and its best instructions for int8, where /proc/cpuinfo tells."""
    about = Path("/proc/cpuinfo")
    text = about.read_text("utf-8") if about.exists() else ""
    name = re.search(r"model name\s*: (.+)", text)
    flags = re.search(r"flags\s*: (.+)", text)
    best_one = next((one for one in _INT8 if flags and one in flags[1].split()), "int8 instructions unknown")
    return f"{name[1] if name else 'unknown processor'}, {len(os.sched_getaffinity(0))} cores, {best_one}"
