"""Speed and peak memory of importing a CSV, by its number of rows.

    python -m benchmarks.import_million [--rows 1000000]

Files and stores are in a temporary folder. Each line of the table is measured in its own process, because peak memory
is measured by process.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.timing import print_table
from pipelines.ingest import examine, read_responses
from saywhy.store import open_store
from service.imports import import_file

WORDS = [
    "support", "slow", "app", "export", "invoice", "login", "crashes", "price", "high", "friendly", "team", "late",
    "Rechnung", "falsch", "Lieferung", "pünktlich", "Größe", "nicht", "freundlich", "teuer", "schnell",
    "客服", "回复", "很快", "导出", "超时", "介面", "好用", "價格", "太高", "當機",
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    table = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (rows // 10, rows):
            for description, has_ids in (("an id", True), ("no id", False)):
                path, store = Path(folder, "responses.csv"), Path(folder, f"{count}-{has_ids}.db")
                write(path, count, has_ids=has_ids)
                size = f"{path.stat().st_size / 1e6:.0f} MB"
                for name, step in (("read", read), ("import", load), ("import again", load)):
                    seconds, peak = measured(step, path, store)
                    table.append(
                        [f"{count:,}", size, description, name, f"{seconds:.1f}", f"{count / seconds:,.0f}", peak]
                    )
                store.unlink()
    print_table(("rows", "file", "rows have", "step", "seconds", "rows/s", "peak memory"), table)


def write(path: Path, rows: int, *, has_ids: bool) -> None:
    """Write a CSV: every other row has a comment, one in five of them on two lines; one score in 1,000 is invalid."""
    generator = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        header = ("Submitted at", "How likely are you to recommend us?", "Why?", "Country", "Customer ID", "Revenue")
        writer.writerow(("Response ID", *header) if has_ids else header)
        for row in range(rows):
            comment = " ".join(generator.choices(WORDS, k=generator.randint(3, 25))) if row % 2 else ""
            if row % 10 == 1:
                comment = comment.replace(" ", "\n", 1)
            score = 99 if row % 1_000 == 7 else generator.randint(0, 10)
            moment = f"2026-{row % 12 + 1:02}-{row % 28 + 1:02} 12:{row % 60:02}:00"
            fields = (moment, score, comment, ("DE", "CN", "TW", "US")[row % 4], f"C{row % 50_000}", row % 9_000)
            writer.writerow((f"R{row:08}", *fields) if has_ids else fields)


def read(path: Path, _store: Path) -> None:
    """Read the file into responses, without saving them."""
    for _ in read_responses(examine(path)):
        pass


def load(path: Path, store: Path) -> None:
    """Import the file into the store."""
    import_file(open_store(f"sqlite:///{store}"), "benchmark", path)


def measured(step: Callable[[Path, Path], None], path: Path, store: Path) -> tuple[float, str]:
    """Seconds and peak memory of the step in a new process, without its start-up."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, step, path, store).result()


def _measure(step: Callable[[Path, Path], None], path: Path, store: Path) -> tuple[float, str]:
    started = time.perf_counter()
    step(path, store)
    seconds = time.perf_counter() - started
    return seconds, f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


if __name__ == "__main__":
    main()
