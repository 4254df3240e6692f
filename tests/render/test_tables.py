"""Tables as files: what is a number stays one, and what people write is text in every format."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone

import openpyxl
import pytest

from pipelines.render.tables import (
    LONGEST_CELL,
    MOST_ROWS,
    Column,
    Kind,
    Table,
    estimate_columns,
    to_csv,
    to_json,
    to_workbook,
)
from pipelines.render.wording import Wording
from saywhy.errors import FileTooLarge
from saywhy.estimate import Estimate

EN, DE, ZH = Wording("en"), Wording("de"), Wording("zh-Hans")

#: What spreadsheets would run, what is no markup here, and what cannot be encoded.
HOSTILE = (
    "=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(1)", "\t=1", "＝1+1", "#REF!", "<script>alert(1)</script>",
    "a\ud800b", "a\x00b", '"; DROP', "客户服务",
)  # fmt: skip


def table(*texts: str, title: str = "Texts") -> Table:
    """A row for each text."""
    return Table.of(title, [Column("text", "Text", Kind.TEXT, str)], texts)


def rows_of(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """The cells of CSV, which has the mark by which Excel reads UTF-8."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def sheet_of(content: bytes) -> openpyxl.worksheet.worksheet.Worksheet:
    """The only sheet of a workbook."""
    [sheet] = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return sheet


def numbers(wording: Wording) -> Table:
    """A row of every kind."""
    at = datetime(2026, 7, 1, 23, 30, tzinfo=timezone(timedelta(hours=2)))
    third = Estimate(1 / 3, 1e-7, 2.0)
    columns: list[Column[str]] = [
        *estimate_columns("points", "Points", Kind.NUMBER, lambda _: third, wording),
        *estimate_columns("none", "None", Kind.NUMBER, lambda _: None, wording),
        Column("n", "Count", Kind.COUNT, lambda _: 0),
        Column("sure", "Sure", Kind.FLAG, lambda _: True),
        Column("day", "Day", Kind.DAY, lambda _: date(2026, 7, 1)),
        Column("at", "At", Kind.MOMENT, lambda _: at),
        Column("kinds", "Kinds", Kind.TEXT, lambda _: ("theme", "other"), {"theme": "主题"}),
    ]
    return Table.of("Numbers", columns, ["row"])


def test_numbers_in_csv_are_whole_and_written_as_the_language_does() -> None:
    """Unrounded, with the decimal sign and the separator of Excel in that language; 0 is not blank, None is."""
    header, row = rows_of(to_csv(numbers(EN), EN))
    assert header[:3] == ["Points", "Points, 95% interval from", "Points, 95% interval to"]
    assert row[:6] == [repr(1 / 3), "0.0000001", "2", "", "", ""]
    assert row[6:] == ["0", "yes", "2026-07-01", "2026-07-01T23:30:00+02:00", "主题; other"]
    header, row = rows_of(to_csv(numbers(DE), DE), ";")
    assert (header[1], row[0], row[7]) == ("Points, 95-%-Intervall von", repr(1 / 3).replace(".", ","), "ja")
    assert rows_of(to_csv(numbers(ZH), ZH))[0][1] == "Points，95% 区间下限"


def test_a_workbook_has_numbers_flags_and_times() -> None:
    """Cells have the types of spreadsheets and formats for people; moments are in UTC."""
    sheet = sheet_of(to_workbook(numbers(EN)))
    assert (sheet.title, sheet.freeze_panes) == ("Numbers", "A2")
    cells = sheet[2]
    assert [cell.value for cell in cells[:8]] == [1 / 3, 1e-7, 2, None, None, None, 0, True]
    assert (cells[8].value, cells[9].value) == (datetime(2026, 7, 1), datetime(2026, 7, 1, 21, 30))
    assert (cells[0].number_format, cells[10].value) == ("#,##0.00", "主题; other")


def test_json_has_ids_codes_and_arrays() -> None:
    """Whatever the language of the reader is."""
    [row] = json.loads(to_json(numbers(ZH)))
    assert (row["points"], row["points_low"], row["none_high"]) == (1 / 3, 1e-7, None)
    assert row["kinds"] == ["theme", "other"]
    assert datetime.fromisoformat(row["at"]) == datetime(2026, 7, 1, 21, 30, tzinfo=UTC)


def test_hostile_texts_are_text_in_csv() -> None:
    """An apostrophe precedes what would be run, in the header too."""
    cells = [row[0] for row in rows_of(to_csv(table(*HOSTILE), EN))[1:]]
    assert all(cell.startswith("'") for cell in cells[:6])
    assert cells[6:8] == ["#REF!", "<script>alert(1)</script>"]
    assert cells[8:10] == ["a\ufffdb"] * 2
    assert cells[-1] == "客户服务"
    named = Table.of("Texts", [Column("text", "=1+1", Kind.TEXT, str)], ["x"])
    assert rows_of(to_csv(named, EN))[0] == ["'=1+1"]


def test_hostile_texts_are_text_in_a_workbook() -> None:
    """No cell is a formula or an error, and any title makes the name of a sheet."""
    sheet = sheet_of(to_workbook(table(*HOSTILE, title="'[=1]:*/\\?" + 40 * "x")))
    assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row)
    assert [cell.value for cell in sheet["A"]][1] == HOSTILE[0]
    assert len(sheet.title) <= 31
    assert sheet_of(to_workbook(table("x", title="///"))).title == "Table"


def test_hostile_texts_are_text_in_json() -> None:
    """They are what was written, but for what cannot be encoded."""
    texts = [row["text"] for row in json.loads(to_json(table(*HOSTILE)))]
    assert texts == [text.replace("\ud800", "\ufffd") for text in HOSTILE]


def test_what_a_file_cannot_hold_is_said() -> None:
    """Nothing is cut: too many rows, and too long a cell for a workbook, which the other formats hold."""
    with pytest.raises(FileTooLarge, match="more than 100,000 rows"):
        Table.of("Rows", [Column("n", "N", Kind.COUNT, int)], range(MOST_ROWS + 1))
    long = table("x" * (LONGEST_CELL + 1))
    with pytest.raises(FileTooLarge, match="32,767 characters"):
        to_workbook(long)
    assert len(json.loads(to_json(long))[0]["text"]) == LONGEST_CELL + 1


def test_a_table_without_rows_has_its_header() -> None:
    """In every format that has one."""
    assert rows_of(to_csv(table(), EN)) == [["Text"]]
    assert [[cell.value for cell in row] for row in sheet_of(to_workbook(table())).iter_rows()] == [["Text"]]
    assert to_json(table()) == b"[]\n"
