"""Shared by all benchmarks: the best of several runs, the processor, a Markdown table."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

#: CPU flags of instructions for int8 products, fastest first.
_INT8 = ("amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2")


def best(work: Callable[[], object], windows: int, items: int) -> float:
    """Items per second in the best of several runs: on a shared machine others slow some of them down."""
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
    """Processor, number of cores and fastest int8 instructions, from /proc/cpuinfo if it exists."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text("utf-8") if cpuinfo.exists() else ""
    name = re.search(r"model name\s*: (.+)", text)
    flags = re.search(r"flags\s*: (.+)", text)
    int8 = next((flag for flag in _INT8 if flags and flag in flags[1].split()), "int8 instructions unknown")
    return f"{name[1] if name else 'unknown processor'}, {len(os.sched_getaffinity(0))} cores, {int8}"
