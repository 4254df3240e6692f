"""Mends text that was decoded in the wrong encoding before it was exported: `FÃ¼r` → `Für`, `å®¢æœ` → `客服`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import ftfy

from pipelines.ingest.row import Row
from saywhy.feedback import Rejection

# UTF-8 read as a Western encoding: a lead byte, then one that continues it. `ftfy` decides; this only saves its time.
_SUSPECT = re.compile("[ÃÂâãäåæçèéðÄÅÐÑ×Øà][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def mend(cell: str) -> str:
    """The cell, mended if it is mojibake for certain: then several characters become one."""
    if cell.isascii() or not _SUSPECT.search(cell):
        return cell
    mended = ftfy.fix_encoding(cell)
    return mended if len(mended) < len(cell) else cell


def mended_rows(rows: Callable[[], Iterator[Row | Rejection]]) -> Iterator[Row | Rejection]:
    """The rows with every cell mended."""
    for item in rows():
        yield item if isinstance(item, Rejection) else Row(item.line, [mend(cell) for cell in item.cells])


def find_mojibake(items: Iterator[Row | Rejection]) -> tuple[str, str] | None:
    """The first cell that is mojibake, and what it says; None if there is none."""
    cells = (cell for item in items if isinstance(item, Row) for cell in item.cells)
    return next(((cell, mended) for cell in cells if (mended := mend(cell)) != cell), None)
