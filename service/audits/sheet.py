"""The sheet on which a person labels comments: written without the model's labels, and its marks read back.

One row per comment, one column per theme, and a column `done` for comments that are about no theme.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.ingest.reading import fit
from pipelines.ingest.row import Row
from pipelines.ingest.table import open_tables
from pipelines.render.data import escape_formula
from pipelines.render.wording import closest_language, printable
from saywhy.annotation import Polarity
from saywhy.audit import AuditLabel
from saywhy.code_frame import CodeFrame
from saywhy.errors import ColumnNotFound, InvalidInput
from saywhy.feedback import Rejection
from saywhy.store import Engine
from service.audits.labels import LabelledComment, LabelsResult, RejectedLabels, keep_labels
from service.audits.sample import SampledComment, draw_sample

ID, LANGUAGE, COMMENT, DONE = "id", "language", "comment", "done"

#: The marks that a theme's cell may hold, in either case.
MARKS = {
    Polarity.NEGATIVE: ("-", "−", "–", "n", "neg", "negative", "negativ", "负面", "負面"),
    Polarity.POSITIVE: ("+", "p", "pos", "positive", "positiv", "正面"),
    Polarity.MIXED: ("+-", "-+", "±", "m", "mixed", "gemischt", "混合"),
    Polarity.NEUTRAL: ("0", "o", "neutral", "中性"),
}
_POLARITY = {mark: polarity for polarity, marks in MARKS.items() for mark in marks}
_THEME_TITLE = re.compile(r".*\[(.+)\]\s*$")  # "Support [support]"


def write_sheet(
    engine: Engine, workspace: str, path: Path, size: int, code_frame: CodeFrame, *, language: str = "en"
) -> int:
    """Write the next comments of the random sample, at most `size`, to CSV or XLSX; return their number.

    Writes no file if there are none. Personal data is masked. Raises `InvalidInput` for another file ending or an
    unsupported language, `WorkspaceNotFound` and `Conflict`.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise InvalidInput(f"{path.name}: a sample is written as .csv or .xlsx")
    language = closest_language(language)
    comments = draw_sample(engine, workspace, size)
    if comments:
        path.write_bytes((to_workbook if ending == ".xlsx" else to_csv)(comments, code_frame, language))
    return len(comments)


def read_sheet(
    engine: Engine, workspace: str, path: Path, code_frame: CodeFrame, *, max_rows: int | None = None
) -> LabelsResult:
    """Keep the labels of the rows in which a theme or `done` is marked; unreadable rows are rejected, by line.

    Raises `InvalidInput` for a file that cannot be read or has more than `max_rows`, `ColumnNotFound` for one that is
    not such a sheet,
    `WorkspaceNotFound` and `Conflict`.
    """
    table = open_tables(path)[0]
    if "JSON" in table.format:
        raise InvalidInput(f"{path.name} is JSON, and not a sheet of `saywhy audit sample`")
    rows = table.rows()
    header = next(rows, None)
    if not isinstance(header, Row):
        raise InvalidInput(f"{path.name} has no header")
    columns = _columns(header.cells, code_frame)
    comments: list[LabelledComment] = []
    unreadable: list[RejectedLabels] = []
    for number, row in enumerate(rows, 1):
        if max_rows is not None and number > max_rows:
            raise InvalidInput(f"{path.name} has more than {max_rows:,} rows; send a part at a time")
        try:
            comments.append(_labelled_comment(row, len(header.cells), columns))
        except ValueError as error:
            unreadable.append(RejectedLabels(str(error), line=row.line))
    result = keep_labels(engine, workspace, comments, code_frame)
    rejections = sorted((*unreadable, *result.rejections), key=lambda rejection: rejection.line or 0)
    return LabelsResult(result.labelled, result.unmarked, tuple(rejections))


def to_csv(comments: Sequence[SampledComment], code_frame: CodeFrame, language: str) -> bytes:
    """The sheet as CSV, with the byte order mark by which spreadsheets recognise UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([escape_formula(value) for value in row] for row in _rows(comments, code_frame, language))
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def to_workbook(comments: Sequence[SampledComment], code_frame: CodeFrame, language: str) -> bytes:
    """The sheet as XLSX, with a drop-down list of marks in the theme cells."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    header, *rows = _rows(comments, code_frame, language)
    sheet.append(header)
    for row in rows:
        sheet.append([""] * len(row))
        for column, value in enumerate(row, 1):
            cell = sheet.cell(sheet.max_row, column)
            cell.value, cell.data_type = printable(value), "s"  # text, even if it begins with =
    sheet.freeze_panes = "E2"
    sheet.column_dimensions["A"].hidden = True
    sheet.column_dimensions["C"].width = 80
    for cell in sheet["C"]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    marks = DataValidation("list", formula1='"-,+,+-,0"', allow_blank=True)
    sheet.add_data_validation(marks)
    if rows and len(header) > 4:
        last_cell = sheet.cell(len(rows) + 1, len(header)).coordinate
        marks.add(f"E2:{last_cell}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(comments: Sequence[SampledComment], code_frame: CodeFrame, language: str) -> Iterator[list[str]]:
    """The header, then one row per comment with a blank cell for each theme."""
    header = [ID, LANGUAGE, COMMENT, DONE, *(f"{theme.name(language)} [{theme.id}]" for theme in code_frame)]
    yield header
    for comment in comments:
        yield [comment.id, comment.language, comment.text, *[""] * (len(header) - 3)]


def _columns(header: Sequence[str], code_frame: CodeFrame) -> dict[str, int]:
    """The index of the columns `id` and `done`, and of each theme by its id, which stands in brackets in the title."""
    columns: dict[str, int] = {}
    for column, title in enumerate(title.strip() for title in header):
        theme = _THEME_TITLE.match(title)
        role = theme[1] if theme else title.casefold()
        if theme and role not in code_frame.ids:
            raise ColumnNotFound(f"column {title!r} is not a theme of the code frame: {', '.join(code_frame.ids)}")
        if role in columns and (theme or role in (ID, DONE)):
            raise InvalidInput(f"column {title!r} occurs twice, so it is not clear which marks count")
        columns.setdefault(role, column)
    missing = [name for name in (ID, DONE) if name not in columns]
    if missing:
        raise ColumnNotFound(f"there is no column {' or '.join(missing)}: not a sheet of `saywhy audit sample`")
    return {role: column for role, column in columns.items() if role in (ID, DONE) or role in code_frame.ids}


def _labelled_comment(row: Row | Rejection, width: int, columns: dict[str, int]) -> LabelledComment:
    """The labels in a row; None if neither a theme nor `done` is marked. Raises `ValueError` with the reason."""
    if isinstance(row, Rejection):
        raise ValueError(row.reason)
    cells = fit(row.cells, width)
    if cells is None:
        raise ValueError(f"has {len(row.cells)} cells, but the header has {width}")
    labels = tuple(_labels(cells, columns))
    is_done = bool(labels or cells[columns[DONE]].strip())
    return LabelledComment(cells[columns[ID]].strip(), labels if is_done else None, row.line)


def _labels(cells: Sequence[str], columns: dict[str, int]) -> Iterator[AuditLabel]:
    for role, column in columns.items():
        mark = cells[column].strip().lstrip("'").casefold()
        if mark and role not in (ID, DONE):
            if mark not in _POLARITY:
                raise ValueError(f"{role}: {cells[column]!r} is none of -, +, +-, 0")
            yield AuditLabel(role, _POLARITY[mark])
