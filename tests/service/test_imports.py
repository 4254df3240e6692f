"""Importing into the store: upserts, rejections, and continuing after a kill."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipelines.ingest import examine, read_responses
from saywhy import store
from saywhy.errors import InvalidInput, WorkspaceNotFound
from saywhy.feedback import Rejection, Response, Scale
from service.imports import BATCH, ImportReport, import_file, read_rejections, write_rejections

EXPORTS = Path(__file__).parents[1] / "fixtures" / "exports"


def stored(engine: Engine, workspace: str = "w") -> list[Response]:
    """All responses of the workspace."""
    with store.reading(engine) as connection:
        workspace_id = store.workspaces.find(connection, workspace)
        return list(store.responses.load(connection, workspace_id))


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """New, changed, unchanged, rejected."""
    return report.new, report.changed, report.unchanged, report.rejected


def write_large(path: Path, rows: int, *, bad_every: int = 500) -> int:
    """Write a CSV of `rows` rows without ids, with an invalid score every `bad_every`; return how many are invalid."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("score", "comment", "country"))
        writer.writerows(
            (12 if i % bad_every == 1 else i % 11, f"The parcel\nnumber {i} came late, größer" if i % 3 else "", "DE")
            for i in range(rows)
        )
    return len(range(1, rows, bad_every))


@pytest.mark.parametrize("path", sorted(EXPORTS.iterdir()), ids=lambda path: path.name)
def test_importing_twice_changes_nothing(sqlite_engine: Engine, path: Path) -> None:
    """The store returns every fixture as it was read, and a second import changes none of it."""
    items = list(read_responses(examine(path)))
    expected = {item.external_id: item for item in items if isinstance(item, Response)}
    first = import_file(sqlite_engine, "w", path)
    assert counts(first) == (len(expected), 0, 0, len(items) - len(expected))
    assert first.rows == len(items)
    assert {response.external_id: response for response in stored(sqlite_engine)} == expected
    second = import_file(sqlite_engine, "w", path)
    assert counts(second) == (0, 0, len(expected), len(items) - len(expected))
    assert len(stored(sqlite_engine)) == len(expected)


def test_a_later_row_completes_the_earlier_one(engine: Engine, tmp_path: Path) -> None:
    """A score in one export and the comment in a later one are merged, and blank cells overwrite nothing."""
    (tmp_path / "monday.csv").write_text("id,score,comment,country\nr-1,0,,DE\nr-2,9,,\n")
    (tmp_path / "tuesday.csv").write_text("id,score,comment,country\nr-1,,Too slow,\nr-2,9,,\nr-3,10,New,\n")
    assert counts(import_file(engine, "w", tmp_path / "monday.csv")) == (2, 0, 0, 0)
    assert counts(import_file(engine, "w", tmp_path / "tuesday.csv")) == (1, 1, 1, 0)
    first = stored(engine)[0]
    assert first.score is not None
    assert first.score.value == 0
    assert first.comment is not None
    assert first.comment.verbatim == "Too slow"
    assert [str(segment) for segment in first.segments] == ["country=DE"]


def test_rejected_rows_are_reported(engine: Engine, tmp_path: Path) -> None:
    """Valid rows are imported; the others are kept with line, reason and row, and can be written to a file."""
    path = tmp_path / "export.csv"
    path.write_bytes(
        "score,comment\n9,good\n12,odd\n0,b\0d\n5,schön\n".encode() + b"4,kaputt \xfc\n0,bad\n8,ok\n7,ok\n"
    )
    report = import_file(engine, "w", path)
    assert counts(report) == (5, 0, 0, 3)
    assert report.rows == 8
    expected = [
        Rejection(3, "score 12 is outside 0-10", "12,odd"),
        Rejection(4, "holds a NUL character", "0,b\\x00d"),
        Rejection(6, "holds bytes that are not valid utf-8", "4,kaputt \\udcff"),
    ]
    assert list(read_rejections(engine, "w", report.id)) == expected
    assert write_rejections(engine, "w", report.id, tmp_path / "rejected.csv") == 3
    with (tmp_path / "rejected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "reason", "row"]
    assert rows[1] == ["3", "score 12 is outside 0-10", "12,odd"]


def test_report_says_how_the_file_was_read(sqlite_engine: Engine) -> None:
    """Tool, format, encoding, delimiter, columns and scale are reported, and the columns that were ignored."""
    report = import_file(sqlite_engine, "w", EXPORTS / "generic_de_latin1.csv")
    assert (report.tool, report.format, report.encoding, report.delimiter) == ("file", "CSV", "latin-1", "semicolon")
    assert report.columns["score"] == "Weiterempfehlung"
    assert report.columns["segment branche"] == "Branche"
    assert report.ignored == ("Zufriedenheit",)
    assert (report.scale, report.scale_reason) == (Scale.NPS, "there are scores of 0 and scores above 5")


def test_two_files_without_ids_are_two_surveys(sqlite_engine: Engine) -> None:
    """Row 1 of the second file does not overwrite row 1 of the first, though both are of one wave."""
    reported = EXPORTS.with_name("reported")
    for name in ("numbered_a.csv", "numbered_b.csv"):
        assert counts(import_file(sqlite_engine, "w", reported / name, wave="W1")) == (6, 0, 0, 0)
    assert len(stored(sqlite_engine)) == 12


def test_what_was_left_blank_and_what_could_be_a_segment_is_reported(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Codes for no answer and times that cannot be read are counted, also when a finished file is imported again."""
    path = tmp_path / "export.csv"
    path.write_text(
        "id,nps,why,date,colour\n"
        + "".join(f"r{i},{i % 11},text {i},2026-04-01,{i % 2}x\n" for i in range(10))
        + "r10,-99,kept,soon,1x\n"
    )
    for _ in range(2):
        report = import_file(sqlite_engine, "w", path)
        assert [" ".join(note.split()[:4]) for note in report.notes] == ["left blank: 1 time", "left blank: 1 score"]
        assert report.offered == {"colour": ("1x", "0x")}


def test_scale_can_be_decided_afterwards(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A file imported as ratings becomes NPS when imported again with the scale; no response is duplicated."""
    path = tmp_path / "export.csv"
    path.write_text("nps,comment\n" + "".join(f"{i % 10 + 1},word {i}\n" for i in range(300)))
    assert import_file(sqlite_engine, "w", path).scale is Scale.TEN
    report = import_file(sqlite_engine, "w", path, scale=Scale.NPS)
    assert counts(report) == (0, 300, 0, 0)
    assert {response.score.scale for response in stored(sqlite_engine) if response.score} == {Scale.NPS}
    assert counts(import_file(sqlite_engine, "w", path)) == (0, 300, 0, 0)


def test_waves_of_files_that_number_their_rows(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Row 1 of the second wave does not overwrite row 1 of the first."""
    path = tmp_path / "responses.csv"
    path.write_text("id,score,comment\n1,9,good\n2,0,bad\n")
    import_file(sqlite_engine, "w", path, wave="2026-Q1")
    path.write_text("id,score,comment\n1,0,bad\n2,10,great\n")
    assert counts(import_file(sqlite_engine, "w", path, wave="2026-Q2")) == (2, 0, 0, 0)


@pytest.mark.slow
def test_progress_reaches_the_end(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Progress increases and ends with the last line."""
    path = tmp_path / "large.csv"
    write_large(path, 3 * BATCH)
    calls: list[tuple[str, int, int]] = []
    import_file(sqlite_engine, "w", path, progress=lambda *call: calls.append(call))
    done = [line for _, line, _ in calls]
    assert done == sorted(done)
    assert len(calls) == 4
    lines = path.read_bytes().count(b"\n")
    assert calls[-1] == ("import", lines, lines)


class _StoppedError(Exception):
    pass


@pytest.mark.slow
def test_an_interrupted_import_continues(engine: Engine, tmp_path: Path) -> None:
    """After a stop at the second batch the same call imports only the rest; identical rows keep their ids."""
    path = tmp_path / "export.csv"
    path.write_text("score,comment\n0,bad\n9,good\n" + "10,\n" * (3 * BATCH))
    batches = 0

    def stop(_stage: str, _done: int, _total: int) -> None:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise _StoppedError

    with pytest.raises(_StoppedError):
        import_file(engine, "w", path, progress=stop)
    assert len(stored(engine)) == 2 * BATCH
    report = import_file(engine, "w", path)
    assert report.resumed_at == 2 * BATCH
    assert counts(report) == (3 * BATCH + 2, 0, 0, 0)
    assert counts(import_file(engine, "w", path)) == (0, 0, 3 * BATCH + 2, 0)


def test_counts_are_reported_again_after_a_kill_before_the_end(engine: Engine, tmp_path: Path) -> None:
    """Whoever was killed while the report was shown sees the same counts, not all rows as unchanged."""
    path = tmp_path / "export.csv"
    path.write_text("id,score,comment\na,9,good\nb,0,bad\n")

    def stop(_: ImportReport) -> None:
        raise _StoppedError

    with pytest.raises(_StoppedError):
        import_file(engine, "w", path, announce=stop)
    assert counts(import_file(engine, "w", path)) == (2, 0, 0, 0)
    assert counts(import_file(engine, "w", path)) == (0, 0, 2, 0)


@pytest.mark.slow
def test_large_rows_are_saved_in_small_batches(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A batch ends at a few million characters, so that memory does not grow with the length of comments."""
    path = tmp_path / "export.csv"
    path.write_text("id,score,comment\n" + "".join(f"r{i},{i % 11},{'word ' * 20_000}{i}\n" for i in range(50)))
    calls: list[int] = []
    import_file(sqlite_engine, "w", path, progress=lambda _, line, __: calls.append(line))
    assert len(calls) == 3


def test_rejected_rows_are_no_formulas(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A spreadsheet that opens the rejected rows runs none of them."""
    path = tmp_path / "export.csv"
    path.write_text("comment,score\ngood,9\nbad,0\n=cmd|' /C calc'!A0,55\n")
    report = import_file(sqlite_engine, "w", path)
    write_rejections(sqlite_engine, "w", report.id, tmp_path / "rejected.csv")
    with (tmp_path / "rejected.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1][2] == "'=cmd|' /C calc'!A0,55"


KILLED = """
import os, signal, sys
from saywhy.store import open_store
from service.imports import import_file

def progress(stage, done, total):
    print(done, flush=True)

import_file(open_store(sys.argv[1]), "w", sys.argv[2], progress=progress)
"""


@pytest.mark.slow
def test_a_killed_import_continues(store_url: str, tmp_path: Path) -> None:
    """After SIGKILL in the middle, the saved rows match the recorded progress, and the next call imports the rest."""
    path = tmp_path / "large.csv"
    bad = write_large(path, 8 * BATCH)
    store.open_store(store_url).dispose()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, store_url, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    for _ in range(3):
        assert process.stdout.readline().strip().isdigit()
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL

    engine = store.open_store(store_url)
    already = len(stored(engine))
    assert 0 < already < 8 * BATCH - bad
    report = import_file(engine, "w", path)
    assert report.resumed_at >= 3 * BATCH
    assert already == report.resumed_at - len(range(1, report.resumed_at, 500))
    assert counts(report) == (8 * BATCH - bad, 0, 0, bad)
    assert len(stored(engine)) == 8 * BATCH - bad
    lines = [rejection.line for rejection in read_rejections(engine, "w", report.id)]
    assert len(lines) == len(set(lines)) == bad
    engine.dispose()


def test_damaged_json_is_refused_before_anything_is_saved(sqlite_engine: Engine, tmp_path: Path) -> None:
    """What follows an error between records is ambiguous, so the whole file is refused, with the line."""
    path = tmp_path / "export.json"
    path.write_text('{"all": [\n{"id": "a", "score": 9, "comment": "good"}],\n"total": one}')
    with pytest.raises(InvalidInput, match="line 3"):
        import_file(sqlite_engine, "w", path)
    with pytest.raises(WorkspaceNotFound):
        stored(sqlite_engine)


@pytest.fixture
def traced() -> Iterator[None]:
    """Trace memory while the test runs."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.usefixtures("traced")
def test_reading_needs_no_more_memory_for_more_rows(tmp_path: Path) -> None:
    """Four times the rows take the same memory: rows are not kept once they are read."""
    peaks = []
    for rows in (2_500, 10_000):
        path = tmp_path / f"{rows}.csv"
        write_large(path, rows)
        reading = examine(path)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        assert sum(1 for _ in read_responses(reading)) == rows
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    assert peaks[1] < peaks[0] * 1.5
