"""Mends the rows of a table whose text was decoded in the wrong encoding before it was exported."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipelines.ingest.row import Row
from pipelines.mojibake import mend
from saywhy.feedback import Rejection


def mended_rows(rows: Callable[[], Iterator[Row | Rejection]]) -> Iterator[Row | Rejection]:
    """The rows with every cell mended."""
    for item in rows():
        yield item if isinstance(item, Rejection) else Row(item.line, [mend(cell) for cell in item.cells])


def find_mojibake(items: Iterator[Row | Rejection]) -> tuple[str, str] | None:
    """The first cell that is mojibake, and what it says; None if there is none."""
    cells = (cell for item in items if isinstance(item, Row) for cell in item.cells)
    return next(((cell, mended) for cell in cells if (mended := mend(cell)) != cell), None)
