"""What a core of an executor does in an hour: CPU seconds, memory and bytes of the tasks of the analysis on Spark.

    python -m benchmarks.spark_rates [--rows 3000]

The tasks run one after the other in this process, on one core and without Spark, so that CPU seconds hold on a busy
machine too. docs/explanation/scale.md plans with these numbers.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.million import folder_for, peak
from benchmarks.spark import size, write_parquet
from benchmarks.timing import print_table, processor
from models.annotator import load_annotator
from pipelines.annotate.classification import classify
from pipelines.spark.counting import Counting, Part, count_part
from pipelines.spark.fit import MEMBERSHIPS, fit_topics
from pipelines.spark.folders import Results
from pipelines.spark.inputs import find_input
from pipelines.spark.parts import Job, annotate_part
from pipelines.spark.sampling import Sample


@dataclass(frozen=True, slots=True)
class Stage:
    """CPU seconds of a stage, and the peak memory of the process in it, in MB."""

    name: str
    cpu: float
    megabytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=3_000)
    rows = parser.parse_args().rows
    with folder_for(None) as folder:
        survey = folder / "survey"
        survey.mkdir()
        write_parquet(survey / "responses.parquet", rows)
        stages, out = measure(survey, folder / "out", rows)
        print(f"{rows:,} responses, half of them with a comment; {processor()}\n")
        table = [[each.name, f"{each.cpu:.1f}", f"{rows / each.cpu:,.0f}", f"{each.megabytes:,} MB"] for each in stages]
        print_table(("stage", "CPU seconds", "responses per CPU second", "peak memory"), table)
        print(f"\nbytes of a response: {size(survey) / rows:.0f} in the input", end="")
        print("".join(f", {size(out / name) / rows:.0f} in {name}" for name in ("parts", "responses")))


def measure(survey: Path, out: Path, rows: int) -> tuple[list[Stage], Path]:
    """The stages, on one part of all rows."""
    stages: list[Stage] = []
    last = time.process_time()

    def end(name: str) -> None:
        nonlocal last
        now = time.process_time()
        stages.append(Stage(name, now - last, peak()))
        last = time.process_time()

    data, annotator, results = find_input(survey, rows), load_annotator(threads=1), Results(out)
    job = Job(results, survey, data.mapping, annotator.model, None)
    classify([("Too slow, and nobody answers.", None), ("太慢了，也没有人回复", None)], job.annotator())
    end("open the encoder and the tables of languages, once")
    [chunk] = data.chunks
    part = annotate_part(job, chunk)
    end("read, clean, annotate, write a part")
    sample = Sample.read([(results.part(part["key"]), ())], part["strata"])
    end("driver: read the sample, find duplicates")
    topics = fit_topics(sample, annotator, results.topics("key"), datetime.now(UTC))
    end("driver: topics")
    # As if nothing were in the sample: every clause is assigned.
    keep_no_memberships(results)
    count_part(Counting(job, "none", topics), Part(part["key"]))
    end("assign, count, write the responses of a part")
    return stages, out


def keep_no_memberships(results: Results) -> None:
    """Memberships of a sample that has none of the clauses."""
    results.topics("none").mkdir()
    pq.write_table(MEMBERSHIPS.empty_table(), results.topics("none") / "memberships.parquet")


if __name__ == "__main__":
    main()
