"""A row of an export as it is read, and its rejection."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import NamedTuple

from saywhy.feedback import Rejection

#: Longest cell, in characters: that of Python's `csv`.
LONGEST_CELL = csv.field_size_limit()
#: What a text must not hold that is to be stored: NUL, and halves of characters.
SPOILED = re.compile("[\0\ud800-\udfff]")

#: Characters of a rejected row that are kept: as many as a spreadsheet's cell holds.
KEPT = 32_000
# What keeps a spreadsheet from reading text as a number or a formula: ="00123", and an apostrophe before =, +, -, @ or
# a number. The apostrophe of 'twas and of '90s is the customer's.
_ARMOUR = re.compile(r"\s*=\s*\"((?:[^\"]|\"\")*)\"\s*|'([=+\-@\t].*|[\d.,]+)", re.DOTALL)


class Row(NamedTuple):
    """A record: the line that it starts on (1 is the first line of the file; in a workbook, the row) and its cells."""

    line: int
    cells: list[str]


def rejection(line: int, reason: str, row: str) -> Rejection:
    """A rejection with the row cut, and escaped for storage."""
    row = row.rstrip("\r\n")
    if len(row) > KEPT:
        row = f"{row[:KEPT]}… and {len(row) - KEPT:,} more characters"
    return Rejection(line, storable(reason), storable(row))


def storable(text: str) -> str:
    """The text with NUL and lone surrogates, which databases do not accept, escaped."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def without_armour(cells: list[str]) -> list[str]:
    """The cells as they were before a program armoured them: `="00123"` → `00123`, `'- no` → `- no`."""
    return [_bare(cell) if cell[:1] in _ARMOURED else cell for cell in cells]


_ARMOURED = ("=", "'")


def _bare(cell: str) -> str:
    match = _ARMOUR.fullmatch(cell)
    if match is None:
        return cell
    return match[2] if match[1] is None else match[1].replace('""', '"')


def as_text(cells: Sequence[str]) -> str:
    """The cells as one line of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
