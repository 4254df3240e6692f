"""Reads the rows of a workbook (XLSX, also XLS, XLSB, ODS): of the first visible sheet that has rows."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from pipelines.ingest.row import Row, as_text, rejection
from saywhy.errors import InvalidInput, UnknownFormat
from saywhy.feedback import Rejection

#: A workbook is unpacked in memory; larger ones than this are rejected.
MAX_UNPACKED = 2 << 30

Cell = int | float | str | bool | time | date | datetime | timedelta


def choose_sheet(path: Path) -> tuple[CalamineSheet, str | None]:
    """The sheet to read, and a note if there are others. Raises `UnknownFormat`, or `InvalidInput` if empty."""
    try:
        _reject_bomb(path)
        workbook = CalamineWorkbook.from_path(str(path))
        visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        for name in visible:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.height:
                others = [other for other in visible if other != name]
                note = f"read sheet {name!r} only; there is also {', '.join(map(repr, others))}" if others else None
                return sheet, note
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnknownFormat(f"{path.name} is not a workbook that can be read: {error}") from error
    raise InvalidInput(f"{path.name} is empty: no visible sheet has a row")


def _reject_bomb(path: Path) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_UNPACKED:
            raise InvalidInput(f"{path.name} unpacks to {size:,} bytes; export it as CSV, which is read as a stream")


def read_sheet(sheet: CalamineSheet) -> Iterator[Row | Rejection]:
    """The rows that are not blank, with their numbers in the spreadsheet."""
    for line, values in enumerate(sheet.iter_rows(), start=1):
        cells = [cell_text(value) for value in values]
        if any("\0" in cell for cell in cells):
            yield rejection(line, "holds a NUL character", as_text(cells))
        elif any(cells):
            yield Row(line, cells)


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
