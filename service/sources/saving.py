"""Saving the records of a source, as `POST /v1/responses` saves responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.providers import PROVIDERS, read_records
from pipelines.ingest.providers.provider import Record
from saywhy import store
from saywhy.errors import NotFound
from saywhy.mapping import Mapping
from saywhy.source import Source
from saywhy.store import Connection
from saywhy.store.responses import SaveCounts
from service.responses import save_within

#: Different reasons of rejections that are told.
MAX_REASONS = 5


@dataclass(frozen=True, slots=True)
class SavedRecords:
    """What happened to the records; `columns` are the fields that were read, by role."""

    counts: SaveCounts
    rejected: int
    reasons: tuple[str, ...]
    columns: dict[str, str]

    @property
    def accepted(self) -> int:
        return self.counts.new + self.counts.changed + self.counts.unchanged


def save_records(connection: Connection, workspace_id: int, source: Source, records: Sequence[Record]) -> SavedRecords:
    """Read the records by the settings of the source, and save their responses with their cases.

    A response that is saved already is completed or left as it is; in an anonymous workspace the rules of
    `service.responses` hold. Raises `InvalidInput` if the records cannot be read, and `NotFound` if the mapping is not
    saved any more.
    """
    settings = source.settings
    mapping = _mapping(connection, workspace_id, settings.mapping) if settings.mapping else None
    read = read_records(PROVIDERS[settings.kind], records, settings, mapping)
    saved = save_within(connection, workspace_id, read.responses)
    reasons = [*(rejection.reason for rejection in read.rejections), *(one.detail for one in saved.rejected)]
    return SavedRecords(
        SaveCounts(saved.new, saved.changed, saved.unchanged),
        len(reasons),
        tuple(dict.fromkeys(reasons))[:MAX_REASONS],
        read.columns,
    )


def _mapping(connection: Connection, workspace_id: int, name: str) -> Mapping:
    for mapping in store.mappings.load(connection, workspace_id):
        if mapping.name == name:
            return mapping
    raise NotFound(f"there is no mapping {name!r}")
