"""On Spark, a survey has the numbers of one machine; what is done is not done again, whoever was killed."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from benchmarks.spark_cluster import cluster
from models.annotator import Annotator
from pipelines.render.data import encodable
from saywhy import store
from saywhy.report import ALL_WAVES
from service.analysis import analyse
from service.imports import import_file
from service.reports.reading import read_report
from tests.spark.conftest import ROWS, contents, finish, kill, needs_spark, parts, rows, start, wait_until
from tests.spark.conftest import write_csv as write

pytestmark = needs_spark

WAVES = ("2026-Q1", "2026-Q2")


@pytest.fixture(scope="module")
def results(survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of an analysis on two cores of this machine."""
    out = tmp_path_factory.mktemp("results") / "out"
    printed = finish(start("local[2]", survey, out))
    assert f"{ROWS} responses in 9 parts, 9 of them new." in printed
    return out


@pytest.fixture(scope="module")
def on_one_machine(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Engine:
    """The store of an analysis of the same rows in the same order, without Spark."""
    folder = tmp_path_factory.mktemp("one")
    write(folder / "survey.csv", rows())
    engine = store.open_store(f"sqlite:///{folder / 'one.db'}")
    import_file(engine, "default", folder / "survey.csv")
    analyse(engine, "default", annotator, progress=lambda *_: None)
    return engine


def report(out: Path, wave: str) -> dict[str, Any]:
    """A report of the results, but for when it was computed."""
    loaded: dict[str, Any] = json.loads((out / "reports" / f"{wave}.json").read_text())
    return loaded | {"generated_at": ""}


def rounded(value: Any) -> Any:
    """The same with floats of four digits.

    Vectors of clauses differ in their last bit (of float16) with the other comments that are encoded beside them, on
    one machine as on many.
    """
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("wave", [*WAVES, ALL_WAVES])
def test_the_numbers_are_those_of_one_machine(results: Path, on_one_machine: Engine, wave: str) -> None:
    """Every count, label and quote of each report is the same, and every other number is to four digits."""
    expected: dict[str, Any] = json.loads(
        json.dumps(encodable(asdict(read_report(on_one_machine, "default", wave, show_staff_names=True))))
    )
    expected["generated_at"] = ""
    assert expected["issues"], "a report without causes proves nothing"
    assert rounded(expected) == rounded(report(results, wave))


def test_each_response_is_in_the_partition_of_its_wave(results: Path) -> None:
    """The results are a dataset partitioned by wave, with each response once and with the themes of its comment."""
    table = ds.dataset(results / "responses", partitioning="hive").to_table()
    given = rows()
    assert Counter(table["wave"].to_pylist()) == Counter(row["Wave"] for row in given)
    assert sorted(table["external_id"].to_pylist()) == sorted(row["Response ID"] for row in given)
    comment = next(name for name in given[0] if name.startswith("Why"))
    assert sorted(filter(None, table["comment"].to_pylist())) == sorted(filter(None, (row[comment] for row in given)))
    assert sum(map(bool, table["themes"].to_pylist())) > ROWS / 4
    assert sum(map(bool, table["topics"].to_pylist())) > ROWS / 10


def test_what_was_counted_in_parts_is_what_the_reports_count(results: Path) -> None:
    """The sums over all parts are the mentions, and the promoters and detractors among them, of each ranked cause."""
    sums = {}
    for row in pq.read_table(results / "causes.parquet").to_pylist():
        sums[row["wave"], row["cause"], row["polarity"]] = row
    compared = 0
    for wave in WAVES:
        for members, polarity in (("issues", "negative"), ("delights", "positive")):
            for issue in report(results, wave)[members]:
                counted = sums[wave, f"{issue['kind']}:{issue['id']}", polarity]
                for name in ("promoters", "passives", "detractors"):
                    assert issue[name] == counted[name], issue["id"]
                compared += 1
        [waves] = [row for row in pq.read_table(results / "waves.parquet").to_pylist() if row["wave"] == wave]
        counts = report(results, wave)["counts"]
        assert (waves["responses"], waves["comments"]) == (counts["responses"], counts["comments"])
    assert compared > 10


def test_a_rerun_does_nothing_and_a_sample_counts_all(survey: Path, results: Path) -> None:
    """With nothing new no file changes. A smaller sample annotates nothing again, says what it is of, and the counts of
    responses stay those of all.
    """
    before, waves = contents(results), (results / "waves.parquet").read_bytes()
    assert "9 parts, 0 of them new." in finish(start("local[2]", survey, results))
    assert contents(results) == before
    out = results.with_name("sampled")
    shutil.copytree(results, out)
    printed = finish(start("local[2]", survey, out, "--sample", "120"))
    assert "9 parts, 0 of them new." in printed
    assert "Topics and impacts are of a stratified sample of 120." in printed
    assert (out / "waves.parquet").read_bytes() == waves
    of_all, of_sample = report(results, ALL_WAVES), report(out, ALL_WAVES)
    assert of_sample["notes"][0] == {"key": "sampled", "values": {"n": 120, "total": ROWS}}
    assert of_sample["counts"]["responses"] == 120
    for group in ("promoters", "passives", "detractors"):  # strata have their shares, of two waves rounded
        assert abs(of_sample["nps"][group] - of_all["nps"][group] / 2) <= 2
    assert {path.name for path in (out / "topics").iterdir()}.isdisjoint(parts(results))
    assert len([*(out / "topics").iterdir()]) == 1, "what is of no use any more is deleted"


def test_after_the_driver_was_killed_what_was_done_is_skipped(survey: Path, results: Path, tmp_path: Path) -> None:
    """A driver killed half-way leaves whole parts; the next run makes the others, and has the same results."""
    out = tmp_path / "out"
    killed = start("local[2]", survey, out)
    wait_until(lambda: len(parts(out)) >= 3, killed)
    kill(killed)
    there = {key: contents(out / "parts" / key) for key in parts(out)}
    assert 3 <= len(there) < 9
    assert not (out / "reports").exists()
    again = finish(start("local[2]", survey, out))
    assert f"9 parts, {9 - len(there)} of them new." in again
    assert {key: contents(out / "parts" / key) for key in there} == there
    assert parts(out) == parts(results) == {*json.loads((out / "manifest.json").read_text())["parts"]}
    for wave in (*WAVES, ALL_WAVES):
        assert rounded(report(out, wave)) == rounded(report(results, wave))


def test_a_killed_worker_changes_no_number(survey: Path, results: Path, tmp_path: Path) -> None:
    """A worker dies with its executor while parts are annotated: the other one ends the job with the same results."""
    out = tmp_path / "out"
    submit = "--conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 --conf spark.executor.memory=512m"
    with cluster(tmp_path, workers=2) as started:
        process = start(started.url, survey, out, PYSPARK_SUBMIT_ARGS=f"{submit} pyspark-shell")
        wait_until(lambda: len(parts(out)) >= 2, process)
        started.kill(0)
        assert len(parts(out)) < 9
        assert f"{ROWS} responses in 9 parts" in finish(process)
    for wave in (*WAVES, ALL_WAVES):
        assert rounded(report(out, wave)) == rounded(report(results, wave))


def test_ids_that_come_again_and_rows_that_are_refused(survey: Path, tmp_path: Path) -> None:
    """The last row of an id counts; a row that cannot be read is kept with its file, line and reason; and a folder of
    results takes no other input.
    """
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    given = rows()[:60]
    [score] = [name for name in given[0] if name.endswith("(0-10)")]
    later = [row | {score: "0"} for row in given[:2]] + [given[5] | {"Response ID": "R-bad", score: "eleven"}]
    write(folder / "a.csv", given)
    write(folder / "b.csv", later)
    printed = finish(start("local[2]", folder, out))
    assert "60 responses in 3 parts" in printed
    assert "Replaced by a later row of the same id: 2." in printed
    assert "Rejected: 1 row" in printed
    table = ds.dataset(out / "responses", partitioning="hive").to_table()
    scores = dict(zip(table["external_id"].to_pylist(), table["score"].to_pylist(), strict=True))
    assert len(table) == len(scores) == 60
    assert [scores[row["Response ID"]] for row in later[:2]] == [0, 0]
    [rejected] = ds.dataset(out / "rejections").to_table().to_pylist()
    assert (rejected["file"], rejected["line"]) == ("b.csv", 4)
    assert "eleven" in rejected["row"]
    assert "score" in rejected["reason"]
    manifest = json.loads((out / "manifest.json").read_text())
    assert sum(part["rejected"] for part in manifest["parts"].values()) == 1
    before = contents(out)
    other = start("local[2]", survey, out)
    _, err = other.communicate(timeout=3600)
    assert other.returncode == 1
    assert "has the results of another input" in err
    assert contents(out) == before
