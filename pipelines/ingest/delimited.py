"""Reads records of a delimited text file (CSV, TSV, …) with line numbers; a malformed record does not affect others."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.ingest.encoding import LONGEST_LINE, TOO_LONG
from pipelines.ingest.row import SPOILED, Row, rejection, without_armour
from saywhy.feedback import Rejection

_DELIMITERS = (",", ";", "\t", "|")
_DECLARATION = re.compile(r"\ufeff?sep=(.)\s*")
#: The dialect is detected from this many characters at the start of a file.
HEAD_CHARACTERS = 200_000
#: A dialect in which no more records agree in their number of cells is not the dialect of a table.
_MIN_AGREEMENT = 0.45
#: Of dialects whose agreement differs by less, that with more cells counts: a comma may be in every cell of a column.
_SAME_AGREEMENT = 0.05
#: At most so many title lines stand above a table, which has at least so many records.
_MAX_TITLES, _MIN_BELOW_TITLES = 9, 5


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated. `escape` is the backslash if quotes are escaped rather than doubled."""

    delimiter: str
    escape: str | None = None


def sniff_dialect(lines: Iterable[str], delimiter: str | None = None) -> Dialect:
    """The dialect in which most records have the same number of cells, of several the one with the most cells.

    `delimiter` fixes the delimiter.
    """
    head: list[str] = []
    size = 0
    for line in lines:
        head.append(line)
        size += len(line)
        if size > HEAD_CHARACTERS:
            break
    if head and (declared := _DECLARATION.fullmatch(head[0])):
        delimiter = delimiter or declared[1]
        del head[0]
    escapes = (None, "\\") if any('\\"' in line for line in head) else (None,)
    dialects = [Dialect(mark, escape) for mark in ([delimiter] if delimiter else _DELIMITERS) for escape in escapes]
    agreements = [_width_agreement(head, dialect) for dialect in dialects]
    best_share = max(share for share, _ in agreements)
    if best_share > _MIN_AGREEMENT:
        candidates = [
            (width, share, -index)
            for index, (share, width) in enumerate(agreements)
            if share > max(best_share - _SAME_AGREEMENT, _MIN_AGREEMENT)
        ]
        return dialects[-max(candidates)[2]]
    if delimiter:
        return Dialect(delimiter)
    # The file has a single column: any delimiter that does not occur will do.
    absent = (mark for mark in ("\t", "|", ";", ",", "\x1f") if not any(mark in line for line in head))
    return Dialect(next(absent, ","))


def _width_agreement(head: list[str], dialect: Dialect) -> tuple[float, int]:
    """The share of records with the most frequent number of cells, 0 if that is one cell; and that number.

    It is halved if the first record has another number: lines of free text have varying numbers of commas, while a
    table has a name above each column. Lines of one cell above a table that keeps its width are its titles.
    """
    widths: list[int] = []
    broken = 0
    for record in read_records(iter(enumerate(head, 1)), dialect, "utf-8"):
        if isinstance(record, Rejection):
            broken += 1
        elif any(record.cells):
            widths.append(len(record.cells))
    if not widths:
        return 0.0, 0
    width, count = Counter(widths).most_common(1)[0]
    if width < 2:
        return 0.0, width
    share = count / (len(widths) + broken)
    below = list(itertools.dropwhile(lambda cells: cells == 1, widths))
    has_titles = below[:1] == [width] and len(widths) - len(below) <= _MAX_TITLES and len(below) >= _MIN_BELOW_TITLES
    if has_titles and below.count(width) >= 0.8 * len(below):
        return share, width
    return share if widths[0] == width else share / 2, width


def read_records(lines: Iterator[tuple[int, str]], dialect: Dialect, encoding: str) -> Iterator[Row | Rejection]:
    """Every record that is not blank, with the number of the line that it starts on; `lines` are numbered.

    A quote that is never closed would make the rest of the file one record. Of a malformed record only the first line
    is rejected, and reading continues with the next line. The lines after it may be the rest of the malformed record:
    they are rejected too, up to the first record of the usual width.
    """
    pushed_back: deque[tuple[int, str]] = deque()
    consumed: list[tuple[int, str]] = []

    def next_lines() -> Iterator[str]:
        while (line := pushed_back.popleft() if pushed_back else next(lines, None)) is not None:
            consumed.append(line)
            yield line[1]

    width = 0  # cells of the first record
    malformed = 0  # the line of a malformed record until the next record of the usual width
    while True:
        reader = csv.reader(
            next_lines(),
            delimiter=dialect.delimiter,
            escapechar=dialect.escape,
            doublequote=dialect.escape is None,
            strict=True,
        )
        try:
            for cells in reader:
                start, raw = consumed[0]
                if len(consumed) > 1:
                    raw = "".join(line for _, line in consumed)
                consumed.clear()
                if not any(cells):
                    continue
                fault = _fault(raw, encoding)
                if not width and fault and TOO_LONG not in raw:
                    # A spoiled name costs its column a letter, not the file its header.
                    cells, fault = [SPOILED.sub("", cell) for cell in cells], None
                width = width or len(cells)
                if fault:
                    yield rejection(start, fault, raw)
                elif malformed and (raw.count('"') % 2 or len(cells) != width):
                    yield rejection(start, f"follows the malformed row of line {malformed}", raw)
                else:
                    malformed = 0
                    yield Row(start, without_armour(cells))
            return
        except csv.Error as error:
            malformed, first = consumed[0]
            pushed_back.extendleft(reversed(consumed[1:]))
            yield rejection(malformed, _fault(first, encoding) or _reason(error), first)
            consumed.clear()


def _fault(raw: str, encoding: str) -> str | None:
    """Why a record cannot be stored, if it cannot."""
    if "\0" in raw:
        return "holds a NUL character"
    if raw.isascii() or not SPOILED.search(raw):
        return None
    if TOO_LONG in raw:
        return f"is a line of more than {LONGEST_LINE:,} characters"
    return f"holds bytes that are not valid {encoding}"


def _reason(error: csv.Error) -> str:
    message = str(error)
    if "unexpected end" in message:
        return "a quote is opened and never closed"
    if "expected after" in message:
        return "a quote inside a quoted cell is not doubled, or a quote is not closed"
    if "field limit" in message:
        return f"a cell is longer than {csv.field_size_limit():,} characters; is a quote not closed?"
    return f"malformed: {message}"


def skip_declaration(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines without Excel's `sep=;` in the first one."""
    return (line for line in lines if line[0] > 1 or not _DECLARATION.fullmatch(line[1]))
