"""What people may decide about how a file is read; everything else is detected."""

from __future__ import annotations

from typing import TypedDict

from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice


class ReadingOptions(TypedDict, total=False):
    """Options of `examine`; what is None or missing is detected.

    `wave` is that of rows that name none. `source` is the namespace of external ids, by default the tool; a file whose
    rows can only be told from those of other files by their place is a source of its own. `keep_unknown` keeps columns
    of unknown meaning as segments. `sheet` names the sheet of a workbook.
    """

    wave: str | None
    source: str | None
    scale: Scale | None
    columns: ColumnChoice | None
    keep_unknown: bool
    encoding: str | None
    delimiter: str | None
    sheet: str | None
