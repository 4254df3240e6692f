"""Reads Parquet: the columns keep their names, and every value becomes the text that a CSV file would hold.

Not for uploads: a small file can unpack to many gigabytes. The files of a Spark job come from whom it is run by.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.row import LONGEST_CELL, SPOILED, Row, as_text, rejection
from pipelines.ingest.table import Table
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection

#: Rows that are unpacked at a time.
_BATCH = 4096


def open_parquet(path: Path, start: int = 0, stop: int | None = None) -> Table:
    """The file, or its rows `start` to `stop`, as a table. Raises `InvalidInput` if it cannot be read."""
    rows = int(_open(path).metadata.num_rows)
    return Table(path.name, "Parquet", partial(read_rows, path, start, stop), rows, headed=True)


def read_rows(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Row | Rejection]:
    """The header as line 0, then the rows `start` to `stop` with their numbers from 1.

    Row groups before `start` are not unpacked. Raises `InvalidInput` if the file is damaged.
    """
    file = _open(path)
    yield Row(0, list(file.schema_arrow.names))
    groups, first = list[int](), 0
    for group in range(file.metadata.num_row_groups):
        if not groups and first + file.metadata.row_group(group).num_rows <= start:
            first += file.metadata.row_group(group).num_rows
        else:
            groups.append(group)
    try:
        for batch in file.iter_batches(_BATCH, row_groups=groups):
            if stop is not None and first >= stop:
                return
            wanted = batch.slice(max(start - first, 0), max((stop or first + _BATCH) - max(first, start), 0))
            offset = first + max(start - first, 0)
            columns = [column.to_pylist() for column in wanted.columns]
            for number, values in enumerate(zip(*columns, strict=True), offset + 1):
                yield _row(number, [_text(value) for value in values])
            first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InvalidInput(f"{path.name} is damaged: {error}") from error


def _row(number: int, cells: list[str]) -> Row | Rejection:
    if any(SPOILED.search(cell) for cell in cells):
        return rejection(number, "holds a NUL character", as_text(cells))
    if max(map(len, cells), default=0) > LONGEST_CELL:
        return rejection(number, f"a cell is longer than {LONGEST_CELL:,} characters", as_text(cells))
    return Row(number, cells)


def _text(value: Any) -> str:
    """A value as text: dates as ISO 8601, whole numbers without decimals, lists and structures as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else "" if value != value else repr(value)
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case list() | dict():
            return orjson.dumps(value, default=str).decode()
        case _:
            return str(value)


def _open(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise InvalidInput(f"{path.name} is no Parquet file that can be read: {error}") from error
