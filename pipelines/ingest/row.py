"""A row of an export as it is read, and its rejection."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from saywhy.feedback import Rejection


class Row(NamedTuple):
    """A record: the line that it starts on (1 is the first line of the file; in a workbook, the row) and its cells."""

    line: int
    cells: list[str]


def rejection(line: int, reason: str, row: str) -> Rejection:
    """A rejection with the row escaped for storage: databases accept neither NUL nor lone surrogates."""
    row = row.rstrip("\r\n").replace("\0", "\\x00")
    return Rejection(line, reason, row.encode("utf-8", "backslashreplace").decode("utf-8"))


def as_text(cells: Sequence[str]) -> str:
    """The cells as one line of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
