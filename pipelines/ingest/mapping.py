"""The mapping by which a file was read, to read the next file of the same shape alike."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.ingest.headers import Column
from pipelines.ingest.reading import ExportLayout
from saywhy.mapping import ColumnChoice, Mapping

_ROLES = ("id", "answered_at", "wave", "customer_id", "email", "account", "revenue", "lifetime_value")


def mapping_of(layout: ExportLayout, name: str, *, source: str | None = None, keep_unknown: bool = False) -> Mapping:
    """Every role of the layout by column names; roles without a column stay without one.

    The source is only that which a person named, because one that was detected may be of this file alone.
    """
    columns = layout.columns
    facts = {role: column.name for role, column in columns.facts.items()}
    is_in_parts = not {"first_name", "last_name"}.isdisjoint(facts)  # a chosen column holds the full name
    choice = ColumnChoice(
        score=_names(columns.scores) or "",
        comment=_names(columns.comments) or "",
        name=facts.get("name", None if is_in_parts else ""),
        **{role: facts.get(role, "") for role in _ROLES},
        segments=_names(column for _, column in columns.segments),
        day_first=layout.day_first if "answered_at" in facts else None,
    )
    scale = layout.scale if columns.scores else None
    return Mapping(name, _names(layout.header.columns), choice, scale, source, keep_unknown)


def _names(columns: Iterable[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)
