"""Opens a file of any format as a table of numbered rows. The content decides what a file is, not its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipelines.ingest.delimited import HEAD_CHARACTERS, Dialect, read_records, skip_declaration, sniff_dialect
from pipelines.ingest.documents import is_jsonl, read_json, read_jsonl, rows_of_records
from pipelines.ingest.encoding import detect_encoding, open_text
from pipelines.ingest.row import Row
from pipelines.ingest.workbook import choose_sheet, read_sheet
from saywhy.errors import InvalidInput, UnknownFormat
from saywhy.feedback import Rejection

_WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_DELIMITERS_BY_NAME = {name: character for character, name in _DELIMITER_NAMES.items()} | {"\\t": "\t"}


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose format is known. `rows()` reads it from the start, header rows first.

    `lines` approximates the number of the last row, for progress. `headed`: the first row is certainly the header.
    """

    name: str
    format: str
    rows: Callable[[], Iterator[Row | Rejection]]
    lines: int
    encoding: str | None = None
    delimiter: str | None = None
    headed: bool = False
    notes: tuple[str, ...] = ()


def open_table(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Detect the format of a file. Raises `InvalidInput` (missing, empty, damaged) or `UnknownFormat`.

    `delimiter` is one character, or its name: comma, semicolon, tab, pipe.
    """
    delimiter = _DELIMITERS_BY_NAME.get(delimiter or "", delimiter)
    if delimiter is not None and len(delimiter) != 1:
        raise InvalidInput(
            f"a delimiter is one character, or one of {', '.join(_DELIMITERS_BY_NAME)}; not {delimiter!r}"
        )
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    if start.startswith(_WORKBOOK_SIGNATURES):
        return _open_workbook(path)
    return _open_text_table(path, encoding, delimiter)


def _misnamed_note(path: Path, format_: str, *suffixes: str) -> tuple[str, ...]:
    suffix = path.suffix.lower()
    return () if suffix in suffixes else (f"{path.name} is {format_} in spite of its name, and was read as that",)


def _open_workbook(path: Path) -> Table:
    sheet, note = choose_sheet(path)
    notes = (*_misnamed_note(path, "a workbook", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), *([note] if note else []))
    return Table(path.name, "XLSX", partial(read_sheet, sheet), sheet.total_height, notes=notes)


def _open_text_table(path: Path, encoding: str | None, delimiter: str | None) -> Table:
    text = detect_encoding(path, encoding)
    with open_text(path, text.codec) as file:
        head = file.read(HEAD_CHARACTERS)
    if head.lstrip("\ufeff \r\n\t")[:1] in ("{", "["):
        format_, read = ("JSONL", read_jsonl) if is_jsonl(head) else ("JSON", read_json)
        records = rows_of_records(partial(read, path, text.codec))
        notes = _misnamed_note(path, format_, ".json", ".jsonl", ".ndjson")
        return Table(path.name, format_, records, text.lines, text.name, headed=True, notes=notes)
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        raise UnknownFormat(f"{path.name} is not JSON: it begins with {head.strip()[:20]!r}")
    with open_text(path, text.codec) as file:
        dialect = sniff_dialect(file, delimiter)

    def rows() -> Iterator[Row | Rejection]:
        with open_text(path, text.codec) as file:
            yield from read_records(skip_declaration(file), dialect, text.name)

    return Table(
        path.name,
        "TSV" if dialect.delimiter == "\t" else "CSV",
        rows,
        text.lines,
        text.name,
        _delimiter_name(dialect),
        notes=_misnamed_note(path, "delimited text", ".csv", ".tsv", ".tab", ".txt", ".dat"),
    )


def _delimiter_name(dialect: Dialect) -> str:
    return _DELIMITER_NAMES.get(dialect.delimiter, dialect.delimiter)
