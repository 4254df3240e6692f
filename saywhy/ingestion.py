"""What an import says of the rows it did not take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not imported: its line in the file (1 = the first line), why, and the row as read."""

    line: int
    reason: str
    row: str
