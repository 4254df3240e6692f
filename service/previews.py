"""What an import would take from a file, without storing it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from pipelines.ingest.options import ReadingOptions
from pipelines.ingest.responses import read_numbered
from saywhy.feedback import Rejection, Response, Scale
from saywhy.store import Engine
from service.mappings import examine_with_mappings

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
    roles = {column: role for role, columns in layout.columns.by_role().items() for column in columns}
    return ImportPreview(
        format=layout.table.format,
        source=layout.source,
        mapping=layout.mapping.name if layout.mapping else None,
        columns=tuple(
            PreviewedColumn(column.name, roles.get(column), profile.filled, profile.examples(EXAMPLES))
            for column, profile in layout.profiles.items()
        ),
        rows=tuple(item for _, item in itertools.islice(read_numbered(layout), rows)),
        scale=layout.scale if layout.columns.scores else None,
        scale_reason=layout.scale_reason,
        notes=layout.notes,
    )
