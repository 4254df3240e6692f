"""Reads the records of an event or a page as responses, as the rows of a file are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.ingest.documents import Item
from pipelines.ingest.fields import flatten, rows_of_records
from pipelines.ingest.headers import as_key, clean_title
from pipelines.ingest.providers.provider import Provider, Record
from pipelines.ingest.reading import examine_tables
from pipelines.ingest.responses import read_numbered
from pipelines.ingest.table import Table
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection, Response
from saywhy.mapping import ColumnChoice, Mapping
from saywhy.source import SourceSettings


@dataclass(frozen=True, slots=True)
class ReadRecords:
    """The responses, and the rejected records with their reasons. `columns` are the fields that were read, by role."""

    responses: tuple[Response, ...]
    rejections: tuple[Rejection, ...]
    columns: dict[str, str]


def read_records(
    provider: Provider, records: Sequence[Record], settings: SourceSettings, mapping: Mapping | None = None
) -> ReadRecords:
    """Read records by what people decided in the settings and the mapping, then by what the tool says of its fields.

    A field that they name and no record has is blank, since tools leave out what was not answered. A record without an
    id is rejected: sent again, it would count twice. Raises `InvalidInput` and its subclasses if nothing in them is a
    score or a comment, or the scale is not decided.
    """
    reading = provider.reading(records)
    chosen = mapping.choice.overridden_by(settings.columns) if mapping else settings.columns
    choice = reading.columns.overridden_by(chosen)
    is_tools_score = choice.score == reading.columns.score
    scale = settings.scale or (mapping.scale if mapping else None) or (reading.scale if is_tools_score else None)
    cells = [_flat(record) for record in records]
    for name in _missing(choice, cells):
        for record in cells:
            record[name] = ""

    def items() -> Iterator[Item]:
        yield from enumerate(cells, start=1)

    table = Table(settings.namespace, "JSON", rows_of_records(settings.namespace, items), len(cells), headed=True)
    layout = examine_tables(
        [table],
        settings.namespace,
        tool=provider.tool,
        columns=choice,
        scale=scale,
        wave=settings.wave,
        source=settings.namespace,
        keep_unknown=mapping is not None and mapping.keep_unknown,
    )
    read = [item for _, item in read_numbered(layout, require_ids=True)]
    return ReadRecords(
        responses=tuple(item for item in read if isinstance(item, Response)),
        rejections=tuple(item for item in read if isinstance(item, Rejection)),
        columns=layout.columns.names_by_role(),
    )


def _flat(record: Record) -> dict[str, Any]:
    try:
        return dict(flatten(record))
    except (RecursionError, ValueError):
        raise InvalidInput("a record is nested too deeply") from None


def _missing(choice: ColumnChoice, cells: Sequence[dict[str, Any]]) -> list[str]:
    """The chosen fields that no record has, under any spelling by which a column is found."""
    given = choice.given()
    chosen = [given.get(role) for role in given if role not in ("day_first", "question")]
    names = [name for value in chosen for name in ((value,) if isinstance(value, str) else value or ()) if name]
    present = {as_key(clean_title(name)) for record in cells for name in record}
    return list(dict.fromkeys(name for name in names if as_key(name) not in present))
