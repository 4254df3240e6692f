"""The files of a folder are read alike and in chunks; what cannot be read is refused before anything is started."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.reading import examine
from pipelines.ingest.responses import read_responses
from pipelines.spark.inputs import find_input, open_chunk
from pipelines.spark.session import spark_session
from saywhy.errors import InvalidInput, NothingToAnalyse
from saywhy.feedback import Response
from saywhy.sample import SAMPLE
from tests.spark.conftest import ROWS, rows, write_csv, write_parquet, write_survey


@pytest.mark.parametrize("rows_per_chunk", [1, 7, 30, 50, 1000])
def test_chunks_have_every_row_once(survey: Path, rows_per_chunk: int) -> None:
    """The chunks of text and of Parquet, with groups of other sizes, have the rows as an import reads them."""
    data = find_input(survey, rows_per_chunk)
    read = [item for chunk in data.chunks for item in read_responses(open_chunk(chunk, survey, data.mapping))]
    wanted = {row["Response ID"] for row in rows()}
    imported = [each for each in read_responses(examine(SAMPLE)) if isinstance(each, Response)]
    expected = {each.external_id: each for each in imported if each.external_id in wanted}
    assert len(read) == ROWS
    assert {each.external_id: each for each in read if isinstance(each, Response)} == expected


def test_values_of_parquet_are_read_as_text_of_csv(tmp_path: Path) -> None:
    """Numbers, dates and nulls of Parquet give the responses that the same rows as CSV give."""
    table: dict[str, list[Any]] = {
        "id": ["a", "b", "c"],
        "score": [9.0, None, 0.0],
        "comment": ["Great, but slow delivery", "", None],
        "date": [dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC), None, dt.datetime(2026, 3, 2, tzinfo=dt.UTC)],
        "wave": ["Q1"] * 3,
    }
    folder = tmp_path / "in"
    folder.mkdir()
    pq.write_table(pa.table(table), folder / "a.parquet")
    data = find_input(folder, 10)
    read = [item for chunk in data.chunks for item in read_responses(open_chunk(chunk, folder, data.mapping))]
    responses = [item for item in read if isinstance(item, Response)]
    assert [each.score and each.score.value for each in responses] == [9, None, 0]
    assert [each.comment and each.comment.verbatim for each in responses] == ["Great, but slow delivery", None, None]
    assert responses[0].answered_at == table["date"][0]


def test_columns_may_be_in_the_names_of_folders(tmp_path: Path) -> None:
    """A dataset partitioned by wave has the wave in the names of its folders; text files may not."""
    folder = tmp_path / "in"
    for wave in ("2026-Q1", "2026-Q2"):
        part = folder / f"Wave={wave}"
        part.mkdir(parents=True)
        write_parquet(part / "0.parquet", [{**row} for row in rows() if row["Wave"] == wave and row.pop("Wave")])
        (part / "_SUCCESS").touch()
        (part / ".0.parquet.crc").touch()
    data = find_input(folder, 50)
    read = [item for chunk in data.chunks for item in read_responses(open_chunk(chunk, folder, data.mapping))]
    assert {(each.external_id, each.wave) for each in read if isinstance(each, Response)} == {
        (row["Response ID"], row["Wave"]) for row in rows()
    }
    write_csv(folder / "Wave=2026-Q2" / "1.csv", rows()[:3])
    with pytest.raises(InvalidInput, match="of Parquet only"):
        find_input(folder, 50)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Each error names the file, and what is wrong with it."""
    folder = tmp_path / "in"
    with pytest.raises(InvalidInput, match="in is no folder"):
        find_input(folder, 10)
    folder.mkdir()
    (folder / "_SUCCESS").touch()
    with pytest.raises(NothingToAnalyse, match="has no files"):
        find_input(folder, 10)
    (folder / "x.csv").write_text("a,b\n1,x\n2,y\n")
    with pytest.raises(InvalidInput, match=r"neither a score nor a comment column .* 'a', 'b'"):
        find_input(folder, 10)
    (folder / "x.csv").unlink()
    write_survey(folder / "survey")
    (folder / "notes.md").write_text("hello")
    with pytest.raises(InvalidInput, match=r"notes\.md is none of \.parquet"):
        find_input(folder, 10)
    (folder / "notes.md").unlink()
    write_parquet(folder / "survey" / "c.parquet", [row | {"Shoe size": "44"} for row in rows()[:9]])
    with pytest.raises(InvalidInput, match=r"differ in their columns: c\.parquet has 'Shoe size' alone"):
        find_input(folder, 10)
    write_parquet(
        folder / "survey" / "c.parquet", [{n: v for n, v in row.items() if n != "Plan"} for row in rows()[:9]]
    )
    with pytest.raises(InvalidInput, match=r"differ in their columns: a\.csv has 'Plan' alone"):
        find_input(folder, 10)
    (folder / "survey" / "c.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InvalidInput, match=r"c\.parquet is no Parquet file"):
        find_input(folder, 10)


@pytest.mark.parametrize(
    ("master", "reason"),
    [
        ("nonsense", "is no master of Spark; write local"),
        ("spark://127.0.0.1:1", "no master of Spark answers .127.0.0.1:1: .*refused"),
        ("k8s://https://127.0.0.1:1", "no master of Spark answers .127.0.0.1:1: .*refused"),
    ],
)
def test_a_master_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, master: str, reason: str) -> None:
    """At once, and before Java is started."""
    monkeypatch.setattr("pipelines.spark.session.require", lambda: None)
    with pytest.raises(InvalidInput, match=reason), spark_session(master):
        pass
