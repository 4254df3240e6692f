"""The sheet on which a person labels comments: written with the model's labels hidden, and read back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.reading import fit
from pipelines.ingest.row import Row, as_text, rejection
from pipelines.ingest.table import open_table
from pipelines.render.data import escape_formula
from pipelines.render.wording import closest_language, printable
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.audit import AuditLabel
from saywhy.code_frame import CodeFrame
from saywhy.errors import ColumnNotFound, InvalidInput
from saywhy.feedback import Rejection
from service.audits.sample import SampledComment, draw, keep

if TYPE_CHECKING:
    from saywhy.store import Engine

ID, LANGUAGE, COMMENT, DONE = "id", "language", "comment", "done"

#: What may stand in a cell of a theme, in any case.
MARKS = {
    Polarity.NEGATIVE: ("-", "−", "–", "n", "neg", "negative", "negativ", "负面", "負面"),
    Polarity.POSITIVE: ("+", "p", "pos", "positive", "positiv", "正面"),
    Polarity.MIXED: ("+-", "-+", "±", "m", "mixed", "gemischt", "混合"),
    Polarity.NEUTRAL: ("0", "o", "neutral", "中性"),
}
_POLARITY = {mark: polarity for polarity, marks in MARKS.items() for mark in marks}
_THEME = re.compile(r".*\[(.+)\]\s*$")


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back: how many comments are labelled, how many rows are still to do, and the rows not taken."""

    labelled: int
    unmarked: int
    rejections: tuple[Rejection, ...]


def write_sample(
    engine: Engine, workspace: int, path: Path, size: int, code_frame: CodeFrame, *, language: str = "en"
) -> int:
    """Write the next comments of the random sample, at most `size`, to CSV or XLSX; return how many there are.

    Where there are none nothing is written.
    Personal data is masked. Raises `InvalidInput` for another ending or a language without words, and `Conflict`
    where anonymity was promised.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise InvalidInput(f"{path.name}: a sample is written as .csv or .xlsx")
    language = closest_language(language)
    with store.reading(engine) as connection:
        comments = draw(connection, workspace, size)
    if comments:
        path.write_bytes((to_workbook if ending == ".xlsx" else to_text)(comments, code_frame, language))
    return len(comments)


def read_sample(engine: Engine, workspace: int, path: Path, code_frame: CodeFrame) -> Returned:
    """Keep the labels of a sheet: of rows in which a theme or `done` is marked. What cannot be read is rejected by row.

    Raises `InvalidInput` for a file that cannot be read, `ColumnNotFound` for one that is no such sheet, and `Conflict`
    where anonymity was promised.
    """
    table = open_table(path)
    rows = table.rows()
    header = next(rows, None)
    if not isinstance(header, Row):
        raise InvalidInput(f"{path.name} has no header")
    columns = _columns(header.cells, code_frame)
    read: dict[str, tuple[AuditLabel, ...]] = {}
    lines: dict[str, Row] = {}
    unmarked, rejections = 0, []
    for row in rows:
        if isinstance(row, Rejection):
            rejections.append(row)
            continue
        try:
            cells = fit(row.cells, len(header.cells))
            if cells is None:
                raise ValueError(f"has {len(row.cells)} cells where the header has {len(header.cells)}")
            content_hash, labels = cells[columns[ID]].strip(), tuple(_labels(cells, columns))
            if content_hash in read:
                raise ValueError(f"the comment has been labelled on line {lines[content_hash].line} already")
        except ValueError as error:
            rejections.append(rejection(row.line, str(error), as_text(row.cells)))
            continue
        if labels or cells[columns[DONE]].strip():
            read[content_hash], lines[content_hash] = labels, row
        else:
            unmarked += 1
    with engine.begin() as connection:
        present = keep(connection, workspace, read)
    for key in read.keys() - present:
        row = lines[key]
        rejections.append(rejection(row.line, f"there is no comment {key!r}", as_text(row.cells)))
    return Returned(len(present), unmarked, tuple(sorted(rejections, key=lambda found: found.line)))


def to_text(comments: Sequence[SampledComment], code_frame: CodeFrame, language: str) -> bytes:
    """The sheet as CSV, with the mark at its beginning by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([escape_formula(value) for value in row] for row in _rows(comments, code_frame, language))
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def to_workbook(comments: Sequence[SampledComment], code_frame: CodeFrame, language: str) -> bytes:
    """The sheet as XLSX, where the marks are chosen from a list."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    header, *rows = _rows(comments, code_frame, language)
    sheet.append(header)
    for row in rows:
        sheet.append([""] * len(row))
        for place, value in enumerate(row, 1):
            found = sheet.cell(sheet.max_row, place)
            found.value, found.data_type = printable(value), "s"  # text, even where it begins with =
    sheet.freeze_panes = "E2"
    sheet.column_dimensions["A"].hidden = True
    sheet.column_dimensions["C"].width = 80
    for found in sheet["C"]:
        found.alignment = Alignment(wrap_text=True, vertical="top")
    choice = DataValidation("list", formula1='"-,+,+-,0"', allow_blank=True)
    sheet.add_data_validation(choice)
    if rows and len(header) > 4:
        last = sheet.cell(len(rows) + 1, len(header)).coordinate
        choice.add(f"E2:{last}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(comments: Sequence[SampledComment], code_frame: CodeFrame, language: str) -> Iterator[list[str]]:
    """The header, then a row for each comment with a blank cell for each theme."""
    header = [ID, LANGUAGE, COMMENT, DONE, *(f"{theme.name(language)} [{theme.id}]" for theme in code_frame)]
    yield header
    for comment in comments:
        yield [comment.id, comment.language, comment.text, *[""] * (len(header) - 3)]


def _columns(header: Sequence[str], code_frame: CodeFrame) -> dict[str, int]:
    """Column by role: the fixed ones, and themes by their id, which stands in brackets after the name."""
    columns: dict[str, int] = {}
    for place, name in enumerate(title.strip() for title in header):
        found = _THEME.match(name)
        role = found[1] if found else name.casefold()
        if found and role not in code_frame.ids:
            raise ColumnNotFound(f"column {name!r} is about no theme of the code frame: {', '.join(code_frame.ids)}")
        if role in columns and (found or role in (ID, DONE)):
            raise InvalidInput(f"column {name!r} is there twice, so that it is not clear which marks hold")
        columns.setdefault(role, place)
    missing = [name for name in (ID, DONE) if name not in columns]
    if missing:
        raise ColumnNotFound(f"there is no column {' or '.join(missing)}: not a sheet of `saywhy audit sample`")
    return {role: place for role, place in columns.items() if role in (ID, DONE) or role in code_frame.ids}


def _labels(cells: Sequence[str], columns: dict[str, int]) -> Iterator[AuditLabel]:
    for role, place in columns.items():
        mark = cells[place].strip().lstrip("'").casefold()
        if mark and role not in (ID, DONE):
            if mark not in _POLARITY:
                raise ValueError(f"{role}: {cells[place]!r} is none of -, +, +-, 0")
            yield AuditLabel(role, _POLARITY[mark])
