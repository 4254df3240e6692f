"""Writes whom to ask as a table for survey tools: CSV and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from pipelines.render.data import escape_formula
from pipelines.render.wording import printable
from saywhy.errors import InvalidInput
from saywhy.wave_plan import PlannedCustomer, WavePlan

_OWN = ("id", "name", "email", "wave", "send_date", "left_out")

#: Rows below the header that a sheet of a workbook holds.
_SHEET_ROWS = 1_048_575


def to_csv(plan: WavePlan, customers: Iterable[PlannedCustomer], *, with_personal_data: bool, left_out: bool) -> bytes:
    """One row per customer, in UTF-8 with the byte order mark by which spreadsheets recognise it.

    An apostrophe precedes text that a spreadsheet would run as a formula. The columns for name and address are there
    `with_personal_data`; of those `left_out` there is the reason instead of wave and day.
    """
    out = io.StringIO(newline="")
    csv.writer(out).writerows(_rows(plan, customers, escape_formula, with_personal_data, left_out))
    return out.getvalue().encode("utf-8-sig")


def to_workbook(
    plan: WavePlan, customers: Iterable[PlannedCustomer], *, with_personal_data: bool, left_out: bool
) -> bytes:
    """The same table as XLSX, all cells as text. Raises `InvalidInput` for more rows than a sheet holds."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("customers")
    sheet.freeze_panes = "B2"
    for number, row in enumerate(_rows(plan, customers, printable, with_personal_data, left_out)):
        if number > _SHEET_ROWS:
            raise InvalidInput(f"a sheet holds {_SHEET_ROWS:,} rows; export CSV, or one wave at a time")
        cells = [WriteOnlyCell(sheet, text) for text in row]
        for cell in cells:
            cell.data_type = "s"  # text, even if it looks like a formula or an error code
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(
    plan: WavePlan,
    customers: Iterable[PlannedCustomer],
    as_cell: Callable[[str], str],
    with_personal_data: bool,
    left_out: bool,
) -> Iterator[list[str]]:
    """The header, then the customers. A dimension that is called like another column has the prefix `segment: `."""
    days = {wave.name: wave.send_on.isoformat() for wave in plan.design.waves}
    dimensions = [f"segment: {name}" if name in _OWN else name for name in plan.design.dimensions]
    person = ["name", "email"] if with_personal_data and not left_out else []
    header = ["id", *person, *dimensions, *(["left_out"] if left_out else ["wave", "send_date"])]
    yield [as_cell(text) for text in header]
    for customer in customers:
        named = [customer.name or "", customer.email or ""] if person else []
        reason = [customer.left_out or ""] if customer.wave is None else [customer.wave, days[customer.wave]]
        yield [as_cell(text) for text in (customer.id, *named, *customer.stratum, *reason)]
