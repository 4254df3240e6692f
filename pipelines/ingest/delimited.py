"""Records of a delimited text file (CSV, TSV, …) with their line numbers; one malformed record costs only itself."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.ingest.row import Row, rejection
from saywhy.feedback import Rejection

_DELIMITERS = (",", ";", "\t", "|")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Characters of the head of a file that the dialect is told from.
SNIFFED = 200_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are parted. `escape` is the backslash where quotes are escaped rather than doubled."""

    delimiter: str
    escape: str | None = None


def sniff_dialect(lines: Iterable[str], delimiter: str | None = None) -> Dialect:
    """The dialect in which the most records have the same number of cells."""
    head: list[str] = []
    size = 0
    for line in lines:
        head.append(line)
        size += len(line)
        if size > SNIFFED:
            break
    if head and (declared := re.fullmatch(r"\ufeff?sep=(.)\s*", head[0])):
        delimiter = delimiter or declared[1]
        del head[0]
    escapes = (None, "\\") if any('\\"' in line for line in head) else (None,)
    dialects = [Dialect(mark, escape) for mark in ([delimiter] if delimiter else _DELIMITERS) for escape in escapes]
    # A single column is the last resort: any delimiter that does not occur will do.
    best, agreement = None, 0.45
    for dialect in dialects:
        share = _agreement(head, dialect)
        if share > agreement:
            best, agreement = dialect, share
    if best is not None:
        return best
    if delimiter:
        return Dialect(delimiter)
    absent = (mark for mark in ("\t", "|", ";", ",", "\x1f") if not any(mark in line for line in head))
    return Dialect(next(absent, ","))


def _agreement(head: list[str], dialect: Dialect) -> float:
    """Share of the records that have the most frequent number of cells, 0 where that is one cell."""
    widths: list[int] = []
    broken = 0
    for record in read_records(head, dialect, "utf-8"):
        if isinstance(record, Rejection):
            broken += 1
        elif any(record.cells):
            widths.append(len(record.cells))
    if not widths:
        return 0.0
    width, count = Counter(widths).most_common(1)[0]
    if width < 2:
        return 0.0
    share = count / (len(widths) + broken)
    # A line of free text has a varying number of commas; a table has names above its columns.
    return share if widths[0] == width else share / 2


def read_records(lines: Iterable[str], dialect: Dialect, encoding: str) -> Iterator[Row | Rejection]:
    """Every record that is not blank, numbered by the line it starts on.

    A record with a quote that is never closed would swallow the rest of the file: its first line alone is rejected and
    reading goes on with the next line. What follows is believed again from the first record of the usual width on.
    """
    source = iter(lines)
    again: deque[str] = deque()
    taken: list[str] = []

    def feed() -> Iterator[str]:
        while (line := again.popleft() if again else next(source, None)) is not None:
            taken.append(line)
            yield line

    done = 0  # lines that belong to records already yielded
    width = 0
    malformed = 0  # the line of a malformed record that has not been recovered from
    while True:
        reader = csv.reader(
            feed(),
            delimiter=dialect.delimiter,
            escapechar=dialect.escape,
            doublequote=dialect.escape is None,
            strict=True,
        )
        try:
            for cells in reader:
                start, done = done + 1, done + len(taken)
                raw = taken[0] if len(taken) == 1 else "".join(taken)
                taken.clear()
                if not cells:
                    continue
                width = width or len(cells)
                if "\0" in raw:
                    yield rejection(start, "holds a NUL character", raw)
                elif not raw.isascii() and _SURROGATE.search(raw):
                    yield rejection(start, f"holds bytes that are not valid {encoding}", raw)
                elif malformed and (raw.count('"') % 2 or len(cells) != width):
                    yield rejection(start, f"follows the malformed row of line {malformed}", raw)
                else:
                    malformed = 0
                    yield Row(start, cells)
            return
        except csv.Error as error:
            done += 1
            malformed = done
            again.extendleft(reversed(taken[1:]))
            yield rejection(done, _reason(error), taken[0])
            taken.clear()


def _reason(error: csv.Error) -> str:
    message = str(error)
    if "unexpected end" in message:
        return "a quote is opened and never closed"
    if "expected after" in message:
        return "a quote inside a quoted cell is not doubled, or a quote is not closed"
    if "field limit" in message:
        return f"a cell is longer than {csv.field_size_limit():,} characters; is a quote not closed?"
    return f"malformed: {message}"


def skip_declaration(lines: Iterator[str]) -> Iterator[str]:
    """Blank out Excel's `sep=;` in the first line, so that it is no record but still counts as a line."""
    first = next(lines, None)
    if first is None:
        return iter(())
    return itertools.chain(["\n" if re.fullmatch(r"\ufeff?sep=.\s*", first) else first], lines)
