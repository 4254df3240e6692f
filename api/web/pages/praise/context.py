"""The context of the wall of praise."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.selects import Select
from pipelines.render.context import QuoteText


@dataclass(frozen=True, slots=True)
class PraisedFor:
    """What is praised, by how many promoters, and quotes."""

    label: str
    language: str | None
    people: str
    quotes: tuple[QuoteText, ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """The wall of praise; `staff` are quotes that praise employees by name, which is masked."""

    path: str
    filters: tuple[Select, ...]
    staff: tuple[QuoteText, ...]
    praised: tuple[PraisedFor, ...]
    nothing: str
