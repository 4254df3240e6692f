"""Tables as files: columns and rows are declared once and written as CSV, XLSX or JSON.

CSV and XLSX are for people: headers are in the reader's language. JSON is for programs: its members are the ids of the
columns, which do not change. Numbers are numbers, and are not rounded; texts are never formulas.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum, auto
from itertools import islice
from typing import Any, Generic, TypeVar

import orjson

from pipelines.display_width import display_width
from pipelines.render.data import encodable, table_csv
from pipelines.render.wording import Wording, printable
from saywhy.errors import FileTooLarge
from saywhy.estimate import Estimate

Cell = str | int | float | bool | date | tuple[str, ...] | None
RowT = TypeVar("RowT")

#: Rows of a table, and characters of a cell of a workbook (the limit of the format).
MOST_ROWS, LONGEST_CELL = 100_000, 32_767

#: Width of the columns of a workbook, in characters.
_NARROWEST, _WIDEST = 9, 60

#: Characters that the name of a sheet may not have, and how many it may have.
_NO_SHEET_NAME, _LONGEST_SHEET_NAME = re.compile(r"[\\/*?:\[\]]"), 31


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = auto()  # or a list of texts
    FLAG = auto()
    COUNT = auto()
    NUMBER = auto()
    SHARE = auto()  # 0 … 1
    DAY = auto()
    MOMENT = auto()


#: How a workbook formats them; it holds the whole number all the same.
_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "#,##0.00",
    Kind.SHARE: "0.0%",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """A column: its id in JSON, its title in the reader's language, and what it has of a row; None is an empty cell.

    `names` are those of coded values in the reader's language: JSON has the codes, the other formats the names.
    """

    id: str
    title: str
    kind: Kind
    value: Callable[[RowT], Cell]
    names: Mapping[str, str] = field(default_factory=dict)

    def for_people(self, cell: Cell) -> Cell:
        """The cell with the names of codes, and with lists as text."""
        if isinstance(cell, tuple):
            return "; ".join(self.names.get(entry, entry) for entry in cell)
        return self.names.get(cell, cell) if isinstance(cell, str) else cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table with as many cells in each row as there are columns; `title` names the sheet."""

    title: str
    columns: tuple[Column[Any], ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, title: str, columns: Iterable[Column[RowT]], rows: Iterable[RowT]) -> Table:
        """The table of these rows. Raises `FileTooLarge` for more than `MOST_ROWS`."""
        declared = tuple(columns)
        cells = tuple(tuple(column.value(row) for column in declared) for row in islice(rows, MOST_ROWS + 1))
        if len(cells) > MOST_ROWS:
            raise FileTooLarge(f"the table has more than {MOST_ROWS:,} rows: choose fewer with the filters of the page")
        return cls(title, declared, cells)

    def for_people(self) -> Iterator[tuple[Cell, ...]]:
        """The rows as people read them."""
        for row in self.rows:
            yield tuple(column.for_people(cell) for column, cell in zip(self.columns, row, strict=True))


def estimate_columns(
    id: str, title: str, kind: Kind, value: Callable[[RowT], Estimate | None], wording: Wording
) -> Iterator[Column[RowT]]:
    """A number and, in columns of their own, the ends of its 95 % interval."""
    yield Column(id, title, kind, _part_of(value, "value"))
    yield from interval_columns(id, title, kind, value, wording)


def interval_columns(
    id: str, title: str, kind: Kind, value: Callable[[RowT], Estimate | None], wording: Wording
) -> Iterator[Column[RowT]]:
    """The two ends alone, where the number is not always an estimate."""
    yield Column(f"{id}_low", wording("interval_from", title=title), kind, _part_of(value, "low"))
    yield Column(f"{id}_high", wording("interval_to", title=title), kind, _part_of(value, "high"))


def _part_of(value: Callable[[RowT], Estimate | None], name: str) -> Callable[[RowT], Cell]:
    def part(row: RowT) -> Cell:
        estimate = value(row)
        return None if estimate is None else float(getattr(estimate, name))

    return part


def to_csv(table: Table, wording: Wording) -> bytes:
    """As `pipelines.render.data.table_csv`, with numbers that are not rounded and flags in words."""
    flags = {True: wording["yes"], False: wording["no"]}
    rows = ([flags[cell] if isinstance(cell, bool) else _iso(cell) for cell in row] for row in table.for_people())
    titles = [column.title for column in table.columns]
    return table_csv(titles, rows, language=wording.language, decimals=None).encode()


def to_json(table: Table) -> bytes:
    """An array of objects; days and moments are ISO 8601, lists are arrays, and empty cells are null."""
    ids = [encodable(column.id) for column in table.columns]
    records = [encodable(dict(zip(ids, row, strict=True))) for row in table.rows]
    return orjson.dumps(records, option=orjson.OPT_APPEND_NEWLINE)


def to_workbook(table: Table) -> bytes:
    """A workbook (XLSX) with one sheet, whose first row stays in view. Moments are in UTC.

    Raises `FileTooLarge` for a cell that the format cannot hold.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    rows = [[_in_workbook(cell) for cell in row] for row in table.for_people()]
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_sheet_name(table.title))
    sheet.freeze_panes = "A2"
    for index, width in enumerate(_widths(table, rows[:50]), 1):
        sheet.column_dimensions[get_column_letter(index)].width = width

    def cell_of(value: Cell, kind: Kind) -> Any:
        cell = WriteOnlyCell(sheet, value)
        if cell.data_type in ("f", "e"):
            cell.data_type = "s"  # text, even if it looks like a formula or an error code
        cell.number_format = _FORMATS.get(kind, "General")
        return cell

    header = [cell_of(printable(column.title), Kind.TEXT) for column in table.columns]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    kinds = [column.kind for column in table.columns]
    for row in rows:
        sheet.append([cell_of(value, kind) for value, kind in zip(row, kinds, strict=True)])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _iso(cell: Cell) -> Cell:
    """Days and moments as ISO 8601."""
    return cell.isoformat() if isinstance(cell, date) else cell


def _in_workbook(cell: Cell) -> Cell:
    """What a cell of a workbook holds: times have no zone there."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).replace(tzinfo=None)
    if isinstance(cell, str):
        text = printable(cell)
        if len(text) > LONGEST_CELL:
            raise FileTooLarge(
                f"a cell of a workbook holds {LONGEST_CELL:,} characters, not {len(text):,}; take CSV or JSON"
            )
        return text
    return cell


def _sheet_name(title: str) -> str:
    name = _NO_SHEET_NAME.sub(" ", printable(title)).strip("' \n\t")
    return name[:_LONGEST_SHEET_NAME].strip("' ") or "Table"


def _widths(table: Table, rows: Sequence[Sequence[Cell]]) -> Iterator[int]:
    """The widths of the columns by their titles and these rows."""
    for index, column in enumerate(table.columns):
        texts = [column.title, *(cell for row in rows if isinstance(cell := row[index], str))]
        yield min(max(_NARROWEST, *(display_width(printable(text)) + 2 for text in texts)), _WIDEST)
