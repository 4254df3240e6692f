"""The analysis on Spark with one executor and with two, each of one core, on this machine.

    python -m benchmarks.spark [--rows 4000] [--folder DIR]

Responses are recombined from the sample (`benchmarks.large_survey`), half of them with a comment, in Parquet. The table
has the seconds of each stage, and how many times as fast two executors are; then the bytes on disk of a response.
Both executors and the driver need a core of their own: on a busy machine, or one with two cores, the factor is a lower
bound. Needs saywhy[spark] and Java 17 or later.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.large_survey import write
from benchmarks.million import folder_for
from benchmarks.spark_cluster import cluster
from benchmarks.timing import print_table, processor
from pipelines.spark.run import Options, analyse
from pipelines.spark.session import require

#: Parts of the survey: enough for two executors to end at about the same time.
_PARTS = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=4_000)
    parser.add_argument("--folder", type=Path, help="keep the files there (default: a temporary folder)")
    options = parser.parse_args()
    require()
    settings = ("spark.ui.enabled=false", "spark.driver.host=127.0.0.1", "spark.executor.memory=1g")
    os.environ.setdefault(
        "PYSPARK_SUBMIT_ARGS", " ".join([*(f"--conf {setting}" for setting in settings), "pyspark-shell"])
    )
    print(f"{options.rows:,} responses; {processor()}; load {os.getloadavg()[0]:.1f}\n", flush=True)
    with folder_for(options.folder) as folder:
        survey = folder / "survey"
        survey.mkdir(exist_ok=True)
        write_parquet(survey / "responses.parquet", options.rows)
        seconds = {number: run(folder, survey, options.rows, number) for number in (1, 2)}
        rows = [
            [
                stage,
                *(f"{seconds[number][stage]:.1f} s" for number in (1, 2)),
                f"{seconds[1][stage] / seconds[2][stage]:.2f}",
            ]
            for stage in seconds[1]
        ]
        print()
        print_table(("stage", "1 executor", "2 executors", "times as fast"), rows)
        print(f"\nload at the end {os.getloadavg()[0]:.1f}; bytes of a response: ", end="")
        out = folder / "results-2"
        print(", ".join(f"{size(out / name) / options.rows:.0f} in {name}" for name in ("parts", "responses")))


def write_parquet(path: Path, rows: int) -> None:
    """Write a survey as Parquet."""
    write(text := path.with_suffix(".csv"), rows)
    with text.open(encoding="utf-8", newline="") as file:
        table = pa.Table.from_pylist(list(csv.DictReader(file)))
    pq.write_table(table, path, row_group_size=max(1, rows // _PARTS))
    text.unlink()


def run(folder: Path, survey: Path, rows: int, executors: int) -> dict[str, float]:
    """The seconds of each stage, and of all. Until the first part is done, executors start, and open the encoder."""
    seconds = defaultdict[str, float](float)
    began = last = time.perf_counter()

    def progress(stage: str, done: int, _total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        seconds[
            "until the first part" if stage == "annotate" and "annotate" not in seconds and not done else stage
        ] += now - last
        last = now

    work, out = folder / f"cluster-{executors}", folder / f"results-{executors}"
    work.mkdir()
    with cluster(work, executors) as started:
        analyse(started.url, survey, out, Options(rows_per_part=max(1, rows // _PARTS)), progress)
    now = time.perf_counter()
    seconds["report"] += now - last
    return {**seconds, "all of it": now - began}


def size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
