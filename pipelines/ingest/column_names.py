"""The names of the columns of a file, also of one that `reading.examine` refuses: people can say what they hold."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Unpack

from pipelines.ingest.headers import find_header
from pipelines.ingest.options import ReadingOptions
from pipelines.ingest.table import open_tables

#: Rows among which the header is found.
_ROWS = 50


def column_names(path: Path, **options: Unpack[ReadingOptions]) -> tuple[str, ...]:
    """The columns of the first table. Raises `InvalidInput` for a file that is none, or has no header."""
    table, *_ = open_tables(
        path, encoding=options.get("encoding"), delimiter=options.get("delimiter"), sheet=options.get("sheet")
    )
    header = find_header(table.name, list(islice(table.rows(), _ROWS)), headed=table.headed)
    return tuple(column.name for column in header.columns)
