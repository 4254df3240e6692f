"""The sheet that goes to a person and comes back, and what the report makes of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from cli.main import app
from saywhy import store
from saywhy.annotation import Annotation, Polarity, Sentiment
from saywhy.audit import AuditLabel
from saywhy.code_frame import CodeFrame, load_code_frame
from saywhy.errors import ColumnNotFound, Conflict, InvalidInput
from saywhy.feedback import Comment, Response
from saywhy.store import Engine
from service.audits import sheet
from service.audits.sheet import Returned

FRAME = load_code_frame()
READ = Annotation("m", Sentiment(Polarity.NEUTRAL, 0, 0.9), (), (), (), b"")
TEXTS = [
    "slow support",
    "=cmd|' /C calc'!A0",
    "schreiben Sie an jo@example.com",
    "客服很慢\n第二行",
    "lovely \x07 staff",
]


def write_sample(engine: Engine, name: str, path: Path, size: int, code_frame: CodeFrame, language: str = "en") -> int:
    """The same of a workspace by its name."""
    return sheet.write_sample(engine, workspace(engine, name), path, size, code_frame, language=language)


def read_sample(engine: Engine, name: str, path: Path, code_frame: CodeFrame) -> Returned:
    """The same of a workspace by its name."""
    return sheet.read_sample(engine, workspace(engine, name), path, code_frame)


def workspace(engine: Engine, name: str) -> int:
    """Its number."""
    with store.reading(engine) as connection:
        return store.workspaces.find(connection, name)


def analysed(engine: Engine) -> list[str]:
    """A workspace with annotated comments; their content hashes in order."""
    comments = [Comment(text, "en") for text in TEXTS]
    with engine.begin() as connection:
        place = store.workspaces.ensure(connection, "acme")
        store.responses.save(connection, place, [Response("t", one.content_hash, None, one) for one in comments])
        store.annotations.save(connection, place, {one.content_hash: READ for one in comments})
    return sorted(one.content_hash for one in comments)


def labels(engine: Engine) -> dict[str, tuple[AuditLabel, ...]]:
    """What is kept."""
    with store.reading(engine) as connection:
        return store.audits.load(connection, store.workspaces.find(connection, "acme"))


def rows_of(path: Path) -> list[list[str]]:
    """A CSV as it is in a spreadsheet."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write(path: Path, rows: list[list[str]]) -> Path:
    """A CSV as a spreadsheet saves it, with semicolons."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def test_the_sheet_hides_what_the_model_says_and_who_wrote(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Comments in the order of the sample, masked and inert, no score, no label, a column for each theme."""
    hashes = analysed(sqlite_engine)
    path = tmp_path / "sample.csv"
    assert write_sample(sqlite_engine, "acme", path, 3, FRAME, language="de") == 3
    header, *rows = rows_of(path)
    assert header[:4] == ["id", "language", "comment", "done"]
    assert header[4:] == [f"{theme.name('de')} [{theme.id}]" for theme in FRAME]
    assert [row[0] for row in rows] == hashes[:3]
    assert write_sample(sqlite_engine, "acme", path, 99, FRAME) == 5
    shown = {row[2] for row in rows_of(path)[1:]}
    assert "'=cmd|' /C calc'!A0" in shown
    assert not any("jo@" in text for text in shown)
    assert all(cell == "" for row in rows_of(path)[1:] for cell in row[3:])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_marks_come_back(sqlite_engine: Engine, tmp_path: Path, ending: str) -> None:
    """Blame, praise, both, neither, and none at all, as cells of a CSV and of a workbook; the rest is still to do."""
    hashes = analysed(sqlite_engine)
    path = tmp_path / f"sample.{ending}"
    write_sample(sqlite_engine, "acme", path, 10, FRAME)
    marks = {0: {"support": "-", "price": "+"}, 1: {"staff": "+-"}, 2: {"design": "0"}, 3: {"done": "x"}}
    if ending == "csv":
        rows = rows_of(path)
        places = {name.rpartition("[")[2].rstrip("]"): place for place, name in enumerate(rows[0])}
        for row, found in marks.items():
            for name, mark in found.items():
                rows[row + 1][places[name]] = mark
        write(path, rows)
    else:
        book = load_workbook(path)
        sheet = book.active
        assert sheet.column_dimensions["A"].hidden
        assert all(cell.data_type in "sn" for cell in sheet["C"])  # no formula
        places = {cell.value.rpartition("[")[2].rstrip("]"): cell.column for cell in sheet[1]}
        for row, found in marks.items():
            for name, mark in found.items():
                sheet.cell(row + 2, places[name]).value = 0 if mark == "0" else mark
        book.save(path)
    returned = read_sample(sqlite_engine, "acme", path, FRAME)
    assert (returned.labelled, returned.unmarked, returned.rejections) == (4, 1, ())
    assert labels(sqlite_engine) == {
        hashes[0]: (AuditLabel("price", Polarity.POSITIVE), AuditLabel("support", Polarity.NEGATIVE)),
        hashes[1]: (AuditLabel("staff", Polarity.MIXED),),
        hashes[2]: (AuditLabel("design", Polarity.NEUTRAL),),
        hashes[3]: (),
    }
    assert write_sample(sqlite_engine, "acme", tmp_path / "next.csv", 10, FRAME) == 1


def test_bad_rows_are_told_and_good_ones_kept(sqlite_engine: Engine, tmp_path: Path) -> None:
    """An unknown mark, an unknown comment, one labelled twice, too many cells: each with its line; the rest is in."""
    first, second, third, *_ = analysed(sqlite_engine)
    rows = [
        ["id", "language", "comment", "done", "Support [support]"],
        [first, "en", "x", "", "- "],
        [second, "en", "x", "", "maybe"],
        ["no such comment", "en", "x", "", "+"],
        [first, "en", "x", "", "+"],
        [third, "en", "x", "", "+", "", "surplus"],
        [third, "en", "x", "", "POSITIVE"],
    ]
    returned = read_sample(sqlite_engine, "acme", write(tmp_path / "a.csv", rows), FRAME)
    assert [found.line for found in returned.rejections] == [3, 4, 5, 6]
    reasons = [found.reason for found in returned.rejections]
    assert "'maybe' is none of -, +, +-, 0" in reasons[0]
    assert "no comment 'no such comment'" in reasons[1]
    assert "line 2 already" in reasons[2]
    assert "7 cells where the header has 5" in reasons[3]
    assert labels(sqlite_engine) == {
        first: (AuditLabel("support", Polarity.NEGATIVE),),
        third: (AuditLabel("support", Polarity.POSITIVE),),
    }


def test_other_files_are_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Another ending, a sheet without its columns, and one about a theme that does not exist."""
    analysed(sqlite_engine)
    with pytest.raises(InvalidInput, match=r"\.csv or \.xlsx"):
        write_sample(sqlite_engine, "acme", tmp_path / "sample.pdf", 3, FRAME)
    with pytest.raises(ColumnNotFound, match="id or done"):
        read_sample(sqlite_engine, "acme", write(tmp_path / "b.csv", [["score", "comment"], ["1", "no"]]), FRAME)
    with pytest.raises(ColumnNotFound, match="parking"):
        read_sample(
            sqlite_engine, "acme", write(tmp_path / "c.csv", [["id", "done", "P [parking]"], ["1", "", ""]]), FRAME
        )
    twice = write(tmp_path / "d.csv", [["id", "done", "S [support]", "Support [support]"], ["1", "", "-", "+"]])
    with pytest.raises(InvalidInput, match=r"\[support\]' is there twice"):
        read_sample(sqlite_engine, "acme", twice, FRAME)
    assert labels(sqlite_engine) == {}


def test_titles_in_capitals_are_known_again(sqlite_engine: Engine, tmp_path: Path) -> None:
    """As a person may have made them."""
    first, *_ = analysed(sqlite_engine)
    rows = [["ID", "Done", "Support [support]"], [first, "", "-"]]
    assert read_sample(sqlite_engine, "acme", write(tmp_path / "a.csv", rows), FRAME).labelled == 1


def test_anonymous_comments_are_not_handed_out(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Where anonymity was promised there is no sample, and no file."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
    with pytest.raises(Conflict, match="anonymity"):
        write_sample(sqlite_engine, "hr", tmp_path / "sample.csv", 3, FRAME)
    assert not (tmp_path / "sample.csv").exists()


def test_anonymous_comments_cannot_be_guessed(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Labels for a guessed comment are refused: whether they were taken would tell if somebody wrote these words."""
    analysed(sqlite_engine)
    with sqlite_engine.begin() as connection:
        place = store.workspaces.ensure(connection, "hr")
        store.workspaces.promise_anonymity(connection, place)
        store.responses.save(connection, place, [Response("t", "1", None, Comment(TEXTS[0]))])
    rows = [["id", "done"], [Comment(TEXTS[0]).content_hash, "x"], [Comment("not written").content_hash, "x"]]
    with pytest.raises(Conflict, match="anonymity"):
        read_sample(sqlite_engine, "hr", write(tmp_path / "guess.csv", rows), FRAME)


def test_a_language_without_words_is_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Rather than English names in its place; a region is as good as its language."""
    analysed(sqlite_engine)
    with pytest.raises(InvalidInput, match="'fr'"):
        write_sample(sqlite_engine, "acme", tmp_path / "sample.csv", 3, FRAME, "fr")
    assert write_sample(sqlite_engine, "acme", tmp_path / "sample.csv", 3, FRAME, "de-AT") == 3
    assert f"{FRAME['support'].name('de')} [support]" in rows_of(tmp_path / "sample.csv")[0]


def test_from_the_command_line(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    """Sample, mark, import: told what was taken; without anything to label the exit code says so."""
    analysed(sqlite_engine)
    environment = {"SAYWHY_DATABASE_URL": sqlite_url, "SAYWHY_WORKSPACE": "acme"}
    path = tmp_path / "sample.csv"
    done = CliRunner().invoke(app, ["audit", "sample", str(path), "--size", "5"], env=environment)
    assert done.exit_code == 0, done.output
    assert "5 comments" in done.output
    header, *rows = rows_of(path)
    write(path, [header, *([*row[:3], "x", *row[4:]] for row in rows)])
    done = CliRunner().invoke(app, ["audit", "import", str(path)], env=environment)
    assert "5 comments labelled, 0 not marked yet, 0 rows rejected" in done.output
    done = CliRunner().invoke(app, ["audit", "sample", str(path)], env=environment)
    assert done.exit_code == 1
