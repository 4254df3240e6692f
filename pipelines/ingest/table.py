"""Opens a file of any format as a table of numbered rows. The content decides what a file is, not its name."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipelines.ingest.delimited import HEAD_CHARACTERS, Dialect, read_records, skip_declaration, sniff_dialect
from pipelines.ingest.documents import is_jsonl, read_json, read_jsonl
from pipelines.ingest.encoding import detect_encoding, open_text, read_lines
from pipelines.ingest.fields import rows_of_records
from pipelines.ingest.row import Row
from pipelines.ingest.workbook import open_workbook
from saywhy.errors import InvalidInput, UnknownFormat
from saywhy.feedback import Rejection

_WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
# Characters that mean something else in delimited text.
_NO_DELIMITERS = '\r\n"\0\\ '
_DELIMITERS_BY_NAME = {name: character for character, name in _DELIMITER_NAMES.items()} | {"\\t": "\t"}


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose format is known. `rows()` reads it from the start, header rows first.

    `lines` approximates the number of the last row, for progress. `headed`: the first row is certainly the header.
    `sheet` is the name of the sheet of a workbook.
    """

    name: str
    format: str
    rows: Callable[[], Iterator[Row | Rejection]]
    lines: int
    encoding: str | None = None
    delimiter: str | None = None
    headed: bool = False
    sheet: str | None = None
    notes: tuple[str, ...] = ()


def open_tables(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None
) -> list[Table]:
    """Detect the format of a file; a table for each sheet of a workbook, else one.

    `delimiter` is one character, or its name: comma, semicolon, tab, pipe; `sheet` names a sheet. Raises `InvalidInput`
    (missing, empty, damaged, no regular file) or `UnknownFormat`.
    """
    delimiter = _DELIMITERS_BY_NAME.get(delimiter or "", delimiter)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in _NO_DELIMITERS):
        raise InvalidInput(
            f"a delimiter is one character, or one of {', '.join(_DELIMITERS_BY_NAME)}; not {delimiter!r}"
        )
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # it is read several times; a pipe may never end
            raise InvalidInput(f"{path} is a pipe or device; save what it gives in a file first")
        with path.open("rb") as file:
            start = file.read(8)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} cannot be read: {getattr(error, 'strerror', error)}") from error
    if start.startswith(_WORKBOOK_SIGNATURES):
        return _open_workbook(path, sheet)
    if sheet is not None:
        raise InvalidInput(f"{path.name} is no workbook and has no sheets")
    return [_open_text_table(path, encoding, delimiter)]


def _misnamed_note(path: Path, format_: str, *suffixes: str) -> tuple[str, ...]:
    suffix = path.suffix.lower()
    return () if suffix in suffixes else (f"{path.name} is {format_} in spite of its name, and was read as that",)


def _open_workbook(path: Path, sheet: str | None) -> list[Table]:
    notes = _misnamed_note(path, "a workbook", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
    return [
        Table(path.name, "XLSX", entry.rows, entry.last_row, sheet=entry.name, notes=notes)
        for entry in open_workbook(path, sheet)
    ]


def _open_text_table(path: Path, encoding: str | None, delimiter: str | None) -> Table:
    text = detect_encoding(path, encoding)
    with open_text(path, text.codec) as file:
        head = file.read(HEAD_CHARACTERS)
    is_lines = is_jsonl(head)
    doubts = (text.doubt,) if text.doubt else ()
    if is_lines or head.lstrip("\ufeff \r\n\t")[:1] in ("{", "["):
        format_, read = ("JSONL", read_jsonl) if is_lines else ("JSON", read_json)
        records = rows_of_records(path.name, partial(read, path, text.codec))
        notes = (*_misnamed_note(path, format_, ".json", ".jsonl", ".ndjson"), *doubts)
        return Table(path.name, format_, records, text.lines, text.name, headed=True, notes=notes)
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        raise UnknownFormat(f"{path.name} is not JSON: it begins with {head.strip()[:20]!a}")
    with open_text(path, text.codec) as file:
        dialect = sniff_dialect((line for _, line in read_lines(file)), delimiter)

    def rows() -> Iterator[Row | Rejection]:
        with open_text(path, text.codec) as file:
            yield from read_records(skip_declaration(read_lines(file)), dialect, text.name)

    return Table(
        path.name,
        "TSV" if dialect.delimiter == "\t" else "CSV",
        rows,
        text.lines,
        text.name,
        _delimiter_name(dialect),
        notes=(*_misnamed_note(path, "delimited text", ".csv", ".tsv", ".tab", ".txt", ".dat"), *doubts),
    )


def _delimiter_name(dialect: Dialect) -> str:
    return _DELIMITER_NAMES.get(dialect.delimiter, dialect.delimiter)
