"""A row of an export as read: cells, and the line it starts on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from saywhy.feedback import Rejection


class Row(NamedTuple):
    """One record: the line it starts on (1 = the first line of the file; in a workbook, the row) and its cells."""

    line: int
    cells: list[str]


def rejection(line: int, reason: str, row: str) -> Rejection:
    """A rejection whose row every database can hold: no NUL, no lone surrogate."""
    row = row.rstrip("\r\n").replace("\0", "\\x00")
    return Rejection(line, reason, row.encode("utf-8", "backslashreplace").decode("utf-8"))


def as_text(cells: Sequence[str]) -> str:
    """The cells as one line of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
