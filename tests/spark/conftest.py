"""A small survey in two files, and the command that analyses it on Spark."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saywhy.sample import SAMPLE
from tests.builders.queued_imports import ROOT

#: Rows of the survey: 120 of each of the two waves of the sample.
ROWS = 240
#: Rows of a part, so that the survey has eight.
ROWS_PER_PART = 30

needs_spark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("pyspark") is None, reason="needs PySpark: make test-spark installs it"),
    pytest.mark.skipif(shutil.which("java") is None, reason="needs Java 17: make test-spark installs it"),
]


def rows() -> list[dict[str, str]]:
    """The rows of the survey, in the order of its files."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        everything = list(csv.DictReader(file))
    waves = sorted({row["Wave"] for row in everything})
    return [row for wave in waves for row in [row for row in everything if row["Wave"] == wave][: ROWS // len(waves)]]


def write_csv(path: Path, written: list[dict[str, str]]) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(written[0]))
        writer.writeheader()
        writer.writerows(written)


def write_parquet(path: Path, written: list[dict[str, str]], rows_per_group: int = 50) -> None:
    """Write rows as Parquet, with scores as numbers and blank cells as nulls."""
    columns = {name: [row[name] or None for row in written] for name in written[0]}
    [score] = [name for name in columns if name.endswith("(0-10)")]
    table = pa.table(columns | {score: [int(value) if value else None for value in columns[score]]})
    pq.write_table(table, path, row_group_size=rows_per_group)


def write_survey(folder: Path) -> Path:
    """Write the survey into a new folder: one file of CSV and one of Parquet."""
    folder.mkdir()
    write_csv(folder / "a.csv", rows()[:100])
    write_parquet(folder / "b.parquet", rows()[100:])
    return folder


@pytest.fixture(scope="session")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the survey."""
    return write_survey(tmp_path_factory.mktemp("spark") / "in")


def start(master: str, folder: Path, out: Path, *options: str, **variables: str) -> subprocess.Popen[str]:
    """Start `saywhy analyse --spark` in a process group of its own."""
    command = [sys.executable, "-c", "from cli.main import app; app()", "analyse", "--spark", master]
    command += ["--in", str(folder), "--out", str(out), "--rows-per-part", str(ROWS_PER_PART), *options]
    submit = "--conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 pyspark-shell"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_SUBMIT_ARGS": submit, **variables}
    return subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """What the command says, when it has succeeded."""
    out, err = process.communicate(timeout=3600)
    assert process.returncode == 0, err[-4000:]
    return err + out


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process and all of its group at once, as when its machine loses power."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 3600) -> None:
    """Wait for something to happen while the process runs."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()[1][-4000:]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def parts(out: Path) -> set[str]:
    """The keys of the parts that are complete."""
    return {path.name for path in (out / "parts").glob("*") if not path.name.startswith(".")}


def contents(folder: Path) -> dict[str, bytes]:
    """The content of every file of a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
