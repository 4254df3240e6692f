"""Importing a file into the store, batch by batch: an import that was stopped continues where it stopped."""

from __future__ import annotations

import csv
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import saywhy
from pipelines.ingest.mapping import mapping_of
from pipelines.ingest.options import ReadingOptions
from pipelines.ingest.reading import ExportLayout
from pipelines.ingest.responses import Blanked, NumberedItem, read_numbered
from pipelines.ingest.row import storable
from pipelines.render.data import escape_formula
from saywhy import store
from saywhy.errors import Conflict
from saywhy.feedback import Rejection, Response, Scale
from saywhy.store import Connection, Engine
from saywhy.store.imports import Import
from service.identification import Identification
from service.mappings import examine_with_mappings
from service.progress import Progress
from service.saving import save
from service.workspaces import reading

#: Rows per transaction.
BATCH = 2_000
_BATCH_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How a file was read, and what happened to its rows.

    `rows` is the sum of new, changed, unchanged and rejected. `resumed_at` is the number of rows that an earlier,
    interrupted import had saved; `opened_cases` are of the rows after these. `columns` maps role to column name;
    `ignored` are the columns that were not imported, `offered` those of them that may be segments, with some of their
    values. `mapping` is the name of the saved mapping by which it was read. `scale` is None if there is no score.
    """

    id: int
    file: str
    rows: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    opened_cases: int
    resumed_at: int
    tool: str
    source: str
    format: str
    encoding: str | None
    delimiter: str | None
    mapping: str | None
    columns: dict[str, str]
    ignored: tuple[str, ...]
    offered: dict[str, tuple[str, ...]]
    scale: Scale | None
    scale_reason: str
    notes: tuple[str, ...]


def import_file(
    engine: Engine,
    workspace: str,
    path: str | Path,
    *,
    mapping: str | None = None,
    save_mapping: str | None = None,
    progress: Progress | None = None,
    announce: Callable[[ImportReport], None] = lambda _: None,
    conclude: Callable[[Connection, ImportReport], None] = lambda _connection, _report: None,
    name: str | None = None,
    **options: Unpack[ReadingOptions],
) -> ImportReport:
    """Save the responses of a file; invalid rows are kept as rejections (`read_rejections`).

    Upserts on (source, external id), so that a second import changes nothing. Rows and progress are saved in one
    transaction per batch, with what follows from them (`service.saving`): after a kill, the same call continues with
    the first row that was not saved. `mapping` and `save_mapping` are as in
    `service.mappings.examine_with_mappings`. `progress` gets line numbers. `announce` gets the report before the import
    is marked as finished: if the process is killed until then, the same call reports the same counts. `conclude` gets
    it too, in the transaction that marks the import as finished. `name` is that of the file for people, by default its
    path. Raises what `examine` raises (`InvalidInput`), `NotFound` for a mapping that is not saved, and `Conflict`
    while another process imports the same file, and for a file that an anonymous workspace cannot take
    (`service.identification`). There, a row that would change a saved response counts as unchanged.
    """
    path = Path(path)
    layout = examine_with_mappings(engine, workspace, path, mapping=mapping, save_mapping=save_mapping, **options)
    digest, identification = _digest(path, layout), Identification.of(engine, workspace, layout)
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
        entry = store.imports.start(connection, workspace_id, storable(name or str(path)), digest)
        if entry.finished:  # import it again: other files may have changed its responses since
            entry = store.imports.restart(connection, workspace_id, entry.id)
        is_resumed = entry.rows_done > 0
        if reason := identification.refusal(connection, workspace_id, is_resumed=is_resumed):
            raise Conflict(reason)
    resumed_at, opened = entry.rows_done, 0
    lines, blanked = layout.table.lines, Blanked()
    items = read_numbered(layout, blanked, require_ids=identification.requires_ids)
    for batch in _batches(itertools.islice(items, resumed_at, None)):
        responses = [(line, item) for line, item in batch if isinstance(item, Response)]
        rejections = [item for _, item in batch if isinstance(item, Rejection)]
        with engine.begin() as connection:
            saved, opened_here = save(connection, workspace_id, [response for _, response in responses])
            opened += opened_here
            done = entry.rows_done + len(batch)
            entry = store.imports.advance(connection, workspace_id, entry.id, done, saved, rejections)
        if progress:
            progress("import", min(batch[-1][0], lines), lines)
    if progress:
        progress("import", lines, lines)
    report = _report(layout, entry, opened, resumed_at, [*identification.notes(), *blanked.notes()])
    announce(report)
    with engine.begin() as connection:
        store.imports.finish(connection, workspace_id, entry.id)
        conclude(connection, report)
    return report


def read_rejections(engine: Engine, workspace: str, import_id: int) -> Iterator[Rejection]:
    """The rejected rows of an import, in the order of the file, as a stream. Raises `WorkspaceNotFound`, `NotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        store.imports.find(connection, workspace_id, import_id)
        yield from store.imports.rejections(connection, workspace_id, import_id)


def write_rejections(engine: Engine, workspace: str, import_id: int, path: str | Path) -> int:
    """Write the rejected rows to a CSV file (`line,reason,row`); return their number.

    An apostrophe precedes text that a spreadsheet would run as a formula.
    """
    count = 0
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", "row"))
        for rejection in read_rejections(engine, workspace, import_id):
            writer.writerow((rejection.line, escape_formula(rejection.reason), escape_formula(rejection.row)))
            count += 1
    return count


def _batches(items: Iterator[NumberedItem]) -> Iterator[list[NumberedItem]]:
    """Batches of at most `BATCH` items and of a few megabytes of text."""
    batch: list[NumberedItem] = []
    characters = 0
    for numbered in items:
        batch.append(numbered)
        characters += _characters(numbered[1])
        if len(batch) == BATCH or characters > _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _characters(item: Response | Rejection) -> int:
    """Characters of what is long in an item."""
    if isinstance(item, Rejection):
        return len(item.row)
    return (len(item.comment.verbatim) if item.comment else 0) + sum(len(segment.value) for segment in item.segments)


def _digest(path: Path, layout: ExportLayout) -> str:
    """Equal for imports of the same content that is read alike, by the same version of the code."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    table = layout.table
    mapping = mapping_of(layout, "", source=layout.source)
    reading = (mapping, layout.scale, layout.wave, table.encoding, table.delimiter, table.sheet, saywhy.__version__)
    digest.update(f"\0{reading!r}".encode())
    return digest.hexdigest()


def _report(
    layout: ExportLayout, entry: Import, opened: int, resumed_at: int, more_notes: Iterable[str]
) -> ImportReport:
    columns, table = layout.columns, layout.table
    notes = [*layout.notes, *more_notes]
    if entry.accepted.changed and "id" in columns.facts:
        notes.append(
            f"rows that completed or changed responses of the same id: {entry.accepted.changed:,}; "
            "if they belong to another survey, import them under another source"
        )
    return ImportReport(
        id=entry.id,
        file=entry.source_name,
        rows=entry.rows_done,
        new=entry.accepted.new,
        changed=entry.accepted.changed,
        unchanged=entry.accepted.unchanged,
        rejected=entry.rejected,
        opened_cases=opened,
        resumed_at=resumed_at,
        tool=layout.tool.name,
        source=layout.source,
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        mapping=layout.mapping.name if layout.mapping else None,
        columns=columns.names_by_role(),
        ignored=tuple(column.name for column in columns.unknown),
        offered={column.name: values for column, values in columns.offered},
        scale=layout.scale if columns.score else None,
        scale_reason=layout.scale_reason,
        notes=tuple(notes),
    )
