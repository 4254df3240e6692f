"""The sheet of an audit: written for a person, and its marks read back."""

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
from saywhy.code_frame import load_code_frame
from saywhy.errors import ColumnNotFound, Conflict, InvalidInput
from saywhy.feedback import Comment, Response
from saywhy.store import Engine
from service.audits.sheet import read_sheet, write_sheet

CODE_FRAME = load_code_frame()
ANNOTATION = Annotation("m", Sentiment(Polarity.NEUTRAL, 0, 0.9), (), (), (), b"")
TEXTS = [
    "slow support",
    "=cmd|' /C calc'!A0",
    "schreiben Sie an jo@example.com",
    "客服很慢\n第二行",
    "lovely \x07 staff",
]


def analysed(engine: Engine) -> list[str]:
    """A workspace with annotated comments; their content hashes in ascending order."""
    comments = [Comment(text, "en") for text in TEXTS]
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "acme")
        store.responses.save(connection, workspace, [Response("t", one.content_hash, None, one) for one in comments])
        store.annotations.save(connection, workspace, {one.content_hash: ANNOTATION for one in comments})
    return sorted(one.content_hash for one in comments)


def labels(engine: Engine) -> dict[str, tuple[AuditLabel, ...]]:
    """The labels in the store."""
    with store.reading(engine) as connection:
        return store.audits.load(connection, store.workspaces.find(connection, "acme"))


def rows_of(path: Path) -> list[list[str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write(path: Path, rows: list[list[str]]) -> Path:
    """Write a CSV as a spreadsheet saves it, with semicolons."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def test_the_sheet_hides_what_the_model_says_and_who_wrote(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Comments in the order of the sample, masked, formulas escaped, no scores, no labels, a column for each theme."""
    hashes = analysed(sqlite_engine)
    path = tmp_path / "sample.csv"
    assert write_sheet(sqlite_engine, "acme", path, 3, CODE_FRAME, language="de") == 3
    header, *rows = rows_of(path)
    assert header[:4] == ["id", "language", "comment", "done"]
    assert header[4:] == [f"{theme.name('de')} [{theme.id}]" for theme in CODE_FRAME]
    assert [row[0] for row in rows] == hashes[:3]
    assert write_sheet(sqlite_engine, "acme", path, 99, CODE_FRAME) == 5
    shown = {row[2] for row in rows_of(path)[1:]}
    assert "'=cmd|' /C calc'!A0" in shown
    assert not any("jo@" in text for text in shown)
    assert all(cell == "" for row in rows_of(path)[1:] for cell in row[3:])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_marks_come_back(sqlite_engine: Engine, tmp_path: Path, ending: str) -> None:
    """Complaint, praise, both, neither, and no theme, in a CSV and in a workbook; the other rows count as unmarked."""
    hashes = analysed(sqlite_engine)
    path = tmp_path / f"sample.{ending}"
    write_sheet(sqlite_engine, "acme", path, 10, CODE_FRAME)
    marks = {0: {"support": "-", "price": "+"}, 1: {"staff": "+-"}, 2: {"design": "0"}, 3: {"done": "x"}}
    if ending == "csv":
        rows = rows_of(path)
        columns = {title.rpartition("[")[2].rstrip("]"): column for column, title in enumerate(rows[0])}
        for row, marked in marks.items():
            for name, mark in marked.items():
                rows[row + 1][columns[name]] = mark
        write(path, rows)
    else:
        book = load_workbook(path)
        sheet = book.active
        assert sheet.column_dimensions["A"].hidden
        assert all(cell.data_type in "sn" for cell in sheet["C"])  # no formula
        columns = {cell.value.rpartition("[")[2].rstrip("]"): cell.column for cell in sheet[1]}
        for row, marked in marks.items():
            for name, mark in marked.items():
                sheet.cell(row + 2, columns[name]).value = 0 if mark == "0" else mark
        book.save(path)
    result = read_sheet(sqlite_engine, "acme", path, CODE_FRAME)
    assert (result.labelled, result.unmarked, result.rejections) == (4, 1, ())
    assert labels(sqlite_engine) == {
        hashes[0]: (AuditLabel("price", Polarity.POSITIVE), AuditLabel("support", Polarity.NEGATIVE)),
        hashes[1]: (AuditLabel("staff", Polarity.MIXED),),
        hashes[2]: (AuditLabel("design", Polarity.NEUTRAL),),
        hashes[3]: (),
    }
    assert write_sheet(sqlite_engine, "acme", tmp_path / "next.csv", 10, CODE_FRAME) == 1


def test_bad_rows_are_rejected_and_good_ones_kept(sqlite_engine: Engine, tmp_path: Path) -> None:
    """An unknown mark, an unknown comment, one labelled twice, too many cells: rejected by line; the rest is kept."""
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
    result = read_sheet(sqlite_engine, "acme", write(tmp_path / "a.csv", rows), CODE_FRAME)
    assert [rejection.line for rejection in result.rejections] == [3, 4, 5, 6]
    reasons = [rejection.reason for rejection in result.rejections]
    assert "'maybe' is none of -, +, +-, 0" in reasons[0]
    assert "no comment 'no such comment'" in reasons[1]
    assert "line 2 already" in reasons[2]
    assert "has 7 cells, but the header has 5" in reasons[3]
    assert labels(sqlite_engine) == {
        first: (AuditLabel("support", Polarity.NEGATIVE),),
        third: (AuditLabel("support", Polarity.POSITIVE),),
    }


def test_other_files_are_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Another ending, a sheet without its columns, and one about a theme that does not exist."""
    analysed(sqlite_engine)
    with pytest.raises(InvalidInput, match=r"\.csv or \.xlsx"):
        write_sheet(sqlite_engine, "acme", tmp_path / "sample.pdf", 3, CODE_FRAME)
    with pytest.raises(ColumnNotFound, match="id or done"):
        read_sheet(sqlite_engine, "acme", write(tmp_path / "b.csv", [["score", "comment"], ["1", "no"]]), CODE_FRAME)
    with pytest.raises(ColumnNotFound, match="parking"):
        read_sheet(
            sqlite_engine, "acme", write(tmp_path / "c.csv", [["id", "done", "P [parking]"], ["1", "", ""]]), CODE_FRAME
        )
    twice = write(tmp_path / "d.csv", [["id", "done", "S [support]", "Support [support]"], ["1", "", "-", "+"]])
    with pytest.raises(InvalidInput, match=r"\[support\]' occurs twice"):
        read_sheet(sqlite_engine, "acme", twice, CODE_FRAME)
    assert labels(sqlite_engine) == {}


def test_column_titles_match_in_any_case(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A person may have retyped them."""
    first, *_ = analysed(sqlite_engine)
    rows = [["ID", "Done", "Support [support]"], [first, "", "-"]]
    assert read_sheet(sqlite_engine, "acme", write(tmp_path / "a.csv", rows), CODE_FRAME).labelled == 1


def test_anonymous_comments_are_not_handed_out(sqlite_engine: Engine, tmp_path: Path) -> None:
    """An anonymous workspace gives no sample and writes no file."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
    with pytest.raises(Conflict, match="anonymity"):
        write_sheet(sqlite_engine, "hr", tmp_path / "sample.csv", 3, CODE_FRAME)
    assert not (tmp_path / "sample.csv").exists()


def test_anonymous_comments_cannot_be_guessed(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Labels of a guessed comment are refused: whether they are kept would show whether somebody wrote it."""
    analysed(sqlite_engine)
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "hr")
        store.workspaces.promise_anonymity(connection, workspace)
        store.responses.save(connection, workspace, [Response("t", "1", None, Comment(TEXTS[0]))])
    rows = [["id", "done"], [Comment(TEXTS[0]).content_hash, "x"], [Comment("not written").content_hash, "x"]]
    with pytest.raises(Conflict, match="anonymity"):
        read_sheet(sqlite_engine, "hr", write(tmp_path / "guess.csv", rows), CODE_FRAME)


def test_a_language_without_words_is_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    """No English names instead; a region means its language."""
    analysed(sqlite_engine)
    with pytest.raises(InvalidInput, match="'fr'"):
        write_sheet(sqlite_engine, "acme", tmp_path / "sample.csv", 3, CODE_FRAME, language="fr")
    assert write_sheet(sqlite_engine, "acme", tmp_path / "sample.csv", 3, CODE_FRAME, language="de-AT") == 3
    assert f"{CODE_FRAME['support'].name('de')} [support]" in rows_of(tmp_path / "sample.csv")[0]


def test_from_the_command_line(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    """Sample, mark, import: the counts are printed; with nothing left to label the exit code is 1."""
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
