"""Unpacks a workbook in a process of its own: a small file may need any amount of memory, or break its reader.

    python pipelines/ingest/workbook_process.py FILE [SHEET] > rows

Writes JSON lines: `{"sheet": name, "visible": …}` for each sheet, and below it `[row number, [cells]]` for each of its
rows, unless it is hidden or SHEET names another one. Errors are one line on stderr. It imports nothing of this package,
so that it starts quickly.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

import orjson
from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

#: Bytes of memory and of output, and seconds of computing, that a workbook may take.
MEMORY = 480 << 20
OUTPUT = 2 << 30
SECONDS = 120

_HEADER_ROWS = 5

Cell = int | float | str | bool | time | date | datetime | timedelta


def unpack(path: str, only: str | None, out: BinaryIO) -> None:
    """Write the rows of all visible sheets, or of one sheet."""
    workbook = CalamineWorkbook.from_path(path)
    for number, entry in enumerate(workbook.sheets_metadata):
        is_visible = entry.visible == SheetVisibleEnum.Visible
        out.write(orjson.dumps({"sheet": entry.name, "visible": is_visible}) + b"\n")
        if entry.name != only and (only is not None or not is_visible):
            continue
        sheet = workbook.get_sheet_by_index(number)
        for row in rows(sheet):
            out.write(orjson.dumps(row) + b"\n")


def rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with their numbers in the spreadsheet."""
    merged, left = _merged_header_cells(sheet), (sheet.start or (0, 0))[1]
    above: list[str] = []
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [cell_text(value) for value in values]
        for column in merged.get(number - 1, ()):
            cells[column - left] = cells[column - left] or above[column - left]
        above = cells
        if any(cells):
            yield number, cells


def _merged_header_cells(sheet: CalamineSheet) -> dict[int, list[int]]:
    """Columns by row (both from 0) of cells that are merged with the one above, in a header of several rows.

    Such a header has titles above several columns; a name that spans its rows stands beside them.
    """
    ranges = sheet.merged_cell_ranges or []
    titled = {top for (top, left), (_, right) in ranges if right > left}
    columns: dict[int, list[int]] = {}
    for (top, left), (bottom, right) in ranges:
        if left == right and top in titled and bottom - top < _HEADER_ROWS:
            for row in range(top + 1, bottom + 1):
                columns.setdefault(row, []).append(left)
    return columns


def cell_text(value: Cell) -> str:
    """The cell as text: whole numbers without `.0`, dates and times as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_FSIZE, OUTPUT)
    _limit(resource.RLIMIT_CPU, SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        unpack(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BaseException as error:  # a panic of the reader is no Exception
        sys.exit(f"{error}" or type(error).__name__)
