"""The files of a folder: read alike, and divided into chunks of rows that one task works on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from pipelines.ingest.mapping import mapping_of
from pipelines.ingest.parquet import open_parquet
from pipelines.ingest.reading import ExportLayout, examine_tables
from pipelines.ingest.row import Row
from pipelines.ingest.table import Table, open_tables
from saywhy.errors import InvalidInput, NothingToAnalyse
from saywhy.feedback import Rejection
from saywhy.mapping import Mapping

PARQUET = (".parquet", ".pq")
TEXT = (".csv", ".tsv", ".jsonl")

#: Names that differ between two files which an error lists.
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows `start` to `stop` of a file, counted without header; a `stop` of None is the end."""

    path: Path
    start: int
    stop: int | None


@dataclass(frozen=True, slots=True)
class Input:
    """The files, how their columns are read, and all chunks in the order of files and rows."""

    folder: Path
    files: tuple[Path, ...]
    mapping: Mapping
    chunks: tuple[Chunk, ...]

    @property
    def identity(self) -> dict[str, int]:
        """The size in bytes of each file, by its path in the folder."""
        return {str(path.relative_to(self.folder)): path.stat().st_size for path in self.files}


def find_input(folder: Path, rows_per_chunk: int, mapping: Mapping | None = None) -> Input:
    """Look at every file below the folder, in the order of their names. All must have the same columns.

    The first file decides which column holds what, or `mapping`. Raises `NothingToAnalyse` for a folder without files,
    and `InvalidInput` for other kinds of files, columns that are not known, and files whose columns differ.
    """
    files = _files(folder)
    layout = _examine(files[0], folder, mapping)
    names = [column.name for column in layout.header.columns]
    mapping = mapping_of(layout, mapping.name if mapping else "", source=layout.source)
    chunks = list[Chunk]()
    for path in files:
        table = layout.table if path == files[0] else _checked(path, folder, mapping, names, files[0])
        # A text file has at most as many rows as lines; the last chunk is open, as a count of lines is an estimate.
        starts = range(0, max(table.lines, 1), rows_per_chunk)
        chunks += [Chunk(path, start, start + rows_per_chunk) for start in starts[:-1]]
        chunks.append(Chunk(path, starts[-1], None))
    return Input(folder, files, mapping, tuple(chunks))


def open_chunk(chunk: Chunk, folder: Path, mapping: Mapping) -> ExportLayout:
    """The file of which the table has the rows of the chunk alone, below its header."""
    layout = _examine(chunk.path, folder, mapping)
    if chunk.path.suffix.lower() in PARQUET:
        return replace(layout, table=_open(chunk.path, folder, chunk.start, chunk.stop))
    skip = layout.header.skip

    def rows() -> Iterator[Row | Rejection]:
        everything = layout.table.rows()
        yield from islice(everything, skip)
        stop = None if chunk.stop is None else chunk.stop - chunk.start
        below = islice(everything, chunk.start, None)
        yield from islice(below, stop)

    return replace(layout, table=replace(layout.table, rows=rows))


def _files(folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder))
    if not files:
        raise NothingToAnalyse(f"{folder} has no files")
    if others := [path for path in files if path.suffix.lower() not in (*PARQUET, *TEXT)]:
        kinds = ", ".join((*PARQUET, *TEXT))
        raise InvalidInput(f"{others[0]} is none of {kinds}; move it out of the folder")
    return tuple(files)


def _is_hidden(path: Path, folder: Path) -> bool:
    """What Spark and Hadoop leave beside their files: `_SUCCESS`, `.part-0.parquet.crc`."""
    return any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)


def _examine(path: Path, folder: Path, mapping: Mapping | None) -> ExportLayout:
    return examine_tables([_open(path, folder)], path.stem, mapping=mapping)


def _open(path: Path, folder: Path, start: int = 0, stop: int | None = None) -> Table:
    """The file as a table, with a column for each `name=value` among the folders that it is in."""
    values = dict(part.split("=", 1) for part in path.relative_to(folder).parts[:-1] if "=" in part)
    if path.suffix.lower() in PARQUET:
        table = open_parquet(path, start, stop)
        return replace(table, rows=partial(_with_columns, table, values)) if values else table
    if values:
        raise InvalidInput(f"{path}: columns in the names of folders ({', '.join(values)}) are read of Parquet only")
    [table] = open_tables(path)
    return table


def _with_columns(table: Table, values: dict[str, str]) -> Iterator[Row | Rejection]:
    for item in table.rows():
        if isinstance(item, Rejection):
            yield item
        else:
            yield Row(item.line, [*item.cells, *(values if item.line == 0 else values.values())])


def _checked(path: Path, folder: Path, mapping: Mapping, names: Sequence[str], first: Path) -> Table:
    """The file as a table. Raises `InvalidInput` if it has not the columns of the first file."""
    table = _open(path, folder)
    if table.format == "Parquet":
        header = next(table.rows())
        columns = header.cells if isinstance(header, Row) else []
    else:
        try:
            columns = [column.name for column in examine_tables([table], path.stem, mapping=mapping).header.columns]
        except InvalidInput as error:
            raise InvalidInput(f"{path.name}: {error.detail} (the columns are those of {first.name})") from None
    more, fewer = sorted({*columns} - {*names}), sorted({*names} - {*columns})
    if more or fewer:
        parts = [
            f"{path.name} has {_listed(more)}" if more else "",
            f"{first.name} has {_listed(fewer)}" if fewer else "",
        ]
        raise InvalidInput(f"the files differ in their columns: {', but '.join(filter(None, parts))} alone")
    return table


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(map(repr, names[:_LISTED])) + more
