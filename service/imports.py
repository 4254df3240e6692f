"""Importing a file into the store, batch by batch, so that one that was killed goes on where it stopped."""

from __future__ import annotations

import csv
import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import saywhy
from pipelines.ingest.columns import ColumnChoice
from pipelines.ingest.reading import Reading, examine
from pipelines.ingest.responses import Numbered, read_numbered
from saywhy import store
from saywhy.feedback import Rejection, Response, Scale

if TYPE_CHECKING:
    from saywhy.store import Engine
    from saywhy.store.imports import Import

#: Called with the stage, the line that was reached, and the last line (0 where that is not known).
Progress = Callable[[str, int, int], None]

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file: how it was read, and how many of its `rows` were taken.

    `rows` is the sum of new, changed, unchanged and rejected. `resumed_at`: rows that an earlier attempt had done.
    `columns`: role → name of the column; `ignored`: those not imported. `scale` is `None` where there is no score.
    """

    id: int
    file: str
    rows: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    resumed_at: int
    tool: str
    source: str
    format: str
    encoding: str | None
    delimiter: str | None
    columns: dict[str, str]
    ignored: tuple[str, ...]
    scale: Scale | None
    scale_reason: str
    notes: tuple[str, ...]


def import_file(
    engine: Engine,
    workspace: str,
    path: str | Path,
    *,
    wave: str | None = None,
    source: str | None = None,
    scale: Scale | None = None,
    columns: ColumnChoice | None = None,
    keep_unknown: bool = False,
    encoding: str | None = None,
    delimiter: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Save the responses of a file; what cannot be taken is kept as rejections (`read_rejections`).

    Upserts on (source, external id), so a second import changes nothing. Rows and progress are saved in one
    transaction a batch: after a kill, the same call goes on with the first row that is not in. `wave` is that of rows
    that name none. Errors: all of `InvalidInput` from `examine`; `Conflict` where another process imports the same.
    """
    path = Path(path)
    reading = examine(
        path,
        wave=wave,
        source=source,
        scale=scale,
        columns=columns,
        keep_unknown=keep_unknown,
        encoding=encoding,
        delimiter=delimiter,
    )
    digest = _digest(path, repr((wave, source, scale, columns, keep_unknown, encoding, delimiter)))
    with engine.begin() as connection:
        place = store.workspaces.ensure(connection, workspace)
        entry = store.imports.start(connection, place, str(path), digest)
        if entry.finished:  # read it again: responses may have been changed by other files since
            entry = store.imports.restart(connection, place, entry.id)
    resumed_at = entry.rows_done
    lines = reading.table.lines
    for batch in _batches(itertools.islice(read_numbered(reading), resumed_at, None)):
        taken = [item for _, item in batch if isinstance(item, Response)]
        rejected = [item for _, item in batch if isinstance(item, Rejection)]
        with engine.begin() as connection:
            saved = store.responses.save(connection, place, taken)
            done = entry.rows_done + len(batch)
            entry = store.imports.advance(connection, place, entry.id, done, saved, rejected)
        if progress:
            progress("import", min(batch[-1][0], lines), lines)
    with engine.begin() as connection:
        entry = store.imports.finish(connection, place, entry.id)
    if progress:
        progress("import", lines, lines)
    return _report(reading, entry, resumed_at)


def read_rejections(engine: Engine, workspace: str, import_id: int) -> Iterator[Rejection]:
    """The rows of an import that were not taken, in the order of the file, as a stream."""
    with store.reading(engine) as connection:
        place = store.workspaces.find(connection, workspace)
        yield from store.imports.rejections(connection, place, import_id)


def write_rejections(engine: Engine, workspace: str, import_id: int, path: str | Path) -> int:
    """Write those rows to a CSV file (`line,reason,row`), and return how many there are."""
    count = 0
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", "row"))
        for rejection in read_rejections(engine, workspace, import_id):
            writer.writerow((rejection.line, rejection.reason, rejection.row))
            count += 1
    return count


def _batches(items: Iterator[Numbered]) -> Iterator[list[Numbered]]:
    while batch := list(itertools.islice(items, BATCH)):
        yield batch


def _digest(path: Path, options: str) -> str:
    """What makes two imports the same: the content, the options, and the code that reads."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(f"\0{options}\0{saywhy.__version__}".encode())
    return digest.hexdigest()


def _report(reading: Reading, entry: Import, resumed_at: int) -> ImportReport:
    columns, table = reading.columns, reading.table
    notes = list(reading.notes)
    if entry.accepted.changed and "id" in columns.facts:
        notes.append(
            f"{entry.accepted.changed:,} rows completed or changed responses of the same id; "
            "if they belong to another survey, name a source of their own"
        )
    return ImportReport(
        id=entry.id,
        file=entry.source_name,
        rows=entry.rows_done,
        new=entry.accepted.new,
        changed=entry.accepted.changed,
        unchanged=entry.accepted.unchanged,
        rejected=entry.rejected,
        resumed_at=resumed_at,
        tool=reading.tool.name,
        source=reading.source,
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=columns.said(),
        ignored=tuple(column.name for column in columns.unknown),
        scale=reading.scale if columns.score else None,
        scale_reason=reading.scale_reason,
        notes=tuple(notes),
    )
