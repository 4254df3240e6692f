"""A file as a table: any format in, numbered rows out. The content decides what a file is, not its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipelines.ingest.delimited import SNIFFED, Dialect, read_records, skip_declaration, sniff_dialect
from pipelines.ingest.documents import is_jsonl, read_json, read_jsonl, tabulate
from pipelines.ingest.encoding import detect_encoding, open_text
from pipelines.ingest.row import Row
from pipelines.ingest.workbook import choose_sheet, read_sheet
from saywhy.errors import InvalidInput, UnknownFormat
from saywhy.feedback import Rejection

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_CHARACTERS = {name: character for character, name in _NAMES.items()} | {"\\t": "\t"}


@dataclass(frozen=True, slots=True)
class Table:
    """What a file turned out to be. `rows()` reads it again from the start, headers first.

    `lines` is what the last row's number comes close to, for progress. `headed`: the first row is the header for sure.
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
    """Find out what the file is. Raises `InvalidInput` (missing, empty, damaged) or `UnknownFormat`.

    `delimiter` is one character, or its name: comma, semicolon, tab, pipe.
    """
    delimiter = _CHARACTERS.get(delimiter or "", delimiter)
    if delimiter is not None and len(delimiter) != 1:
        raise InvalidInput(f"a delimiter is one character, or one of {', '.join(_CHARACTERS)}; not {delimiter!r}")
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    if start.startswith(_WORKBOOK):
        return _workbook(path)
    return _text(path, encoding, delimiter)


def _misnamed(path: Path, format_: str, *suffixes: str) -> tuple[str, ...]:
    suffix = path.suffix.lower()
    return () if suffix in suffixes else (f"{path.name} is {format_} in spite of its name, and was read as that",)


def _workbook(path: Path) -> Table:
    sheet, note = choose_sheet(path)
    notes = (*_misnamed(path, "a workbook", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), *([note] if note else []))
    return Table(path.name, "XLSX", partial(read_sheet, sheet), sheet.total_height, notes=notes)


def _text(path: Path, encoding: str | None, delimiter: str | None) -> Table:
    found = detect_encoding(path, encoding)
    with open_text(path, found.codec) as file:
        head = file.read(SNIFFED)
    if head.lstrip("\ufeff \r\n\t")[:1] in ("{", "["):
        format_, read = ("JSONL", read_jsonl) if is_jsonl(head) else ("JSON", read_json)
        records = tabulate(partial(read, path, found.codec))
        notes = _misnamed(path, format_, ".json", ".jsonl", ".ndjson")
        return Table(path.name, format_, records, found.lines, found.name, headed=True, notes=notes)
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        raise UnknownFormat(f"{path.name} is not JSON: it begins with {head.strip()[:20]!r}")
    with open_text(path, found.codec) as file:
        dialect = sniff_dialect(file, delimiter)

    def rows() -> Iterator[Row | Rejection]:
        with open_text(path, found.codec) as file:
            yield from read_records(skip_declaration(file), dialect, found.name)

    return Table(
        path.name,
        "TSV" if dialect.delimiter == "\t" else "CSV",
        rows,
        found.lines,
        found.name,
        _delimiter_name(dialect),
        notes=_misnamed(path, "delimited text", ".csv", ".tsv", ".tab", ".txt", ".dat"),
    )


def _delimiter_name(dialect: Dialect) -> str:
    return _NAMES.get(dialect.delimiter, dialect.delimiter)
