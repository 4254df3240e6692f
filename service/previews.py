"""What an import would take from a file, without storing it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from pipelines.ingest.column_names import column_names
from pipelines.ingest.options import ReadingOptions
from pipelines.ingest.responses import read_numbered
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection, Response, Scale
from saywhy.store import Engine
from service.identification import Identification
from service.mappings import examine_with_mappings
from service.workspaces import reading

#: Rows of a preview, and examples of each column.
PREVIEWED_ROWS, EXAMPLES = 5, 3


@dataclass(frozen=True, slots=True)
class PreviewedColumn:
    """A column of a file: its role (`None`: not imported), the share of rows that fill it (0 … 1), and examples."""

    name: str
    role: str | None
    filled: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """How a file would be read: its columns in order, and its first rows as responses or rejections.

    `mapping` is the name of the saved mapping by which it would be read. `scale` is None if there is no score.
    """

    format: str
    source: str
    mapping: str | None
    columns: tuple[PreviewedColumn, ...]
    rows: tuple[Response | Rejection, ...]
    scale: Scale | None
    scale_reason: str
    notes: tuple[str, ...]


def preview_file(
    engine: Engine,
    workspace: str,
    path: str | Path,
    *,
    rows: int = PREVIEWED_ROWS,
    mapping: str | None = None,
    save_mapping: str | None = None,
    **options: Unpack[ReadingOptions],
) -> ImportPreview:
    """What `import_file` would take from a file with these options; nothing is stored but the mapping, if asked for.

    Raises what `examine` raises (`InvalidInput`), and `NotFound` for a mapping that is not saved.
    """
    layout = examine_with_mappings(engine, workspace, Path(path), mapping=mapping, save_mapping=save_mapping, **options)
    identification = Identification.of(engine, workspace, layout)
    items = read_numbered(layout, require_ids=identification.requires_ids)
    roles = {column: role for role, columns in layout.columns.by_role().items() for column in columns}
    return ImportPreview(
        format=layout.table.format,
        source=layout.source,
        mapping=layout.mapping.name if layout.mapping else None,
        columns=tuple(
            PreviewedColumn(column.name, roles.get(column), profile.filled, profile.examples(EXAMPLES))
            for column, profile in layout.profiles.items()
        ),
        rows=tuple(item for _, item in itertools.islice(items, rows)),
        scale=layout.scale if layout.columns.scores else None,
        scale_reason=layout.scale_reason,
        notes=(*layout.notes, *_refusal(engine, workspace, identification)),
    )


def preview_columns(path: str | Path, **options: Unpack[ReadingOptions]) -> tuple[str, ...]:
    """The names of the columns of a file that cannot be read yet; none if it has no table."""
    try:
        return column_names(Path(path), **options)
    except InvalidInput:
        return ()


def _refusal(engine: Engine, workspace: str, identification: Identification) -> Iterator[str]:
    """Why the import would be refused, if it would: a preview shows which column has the ids."""
    if identification.is_anonymous:
        with reading(engine, workspace) as (connection, workspace_id):
            if reason := identification.refusal(connection, workspace_id):
                yield f"the import would be refused: {reason}"
