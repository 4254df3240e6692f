"""The context of the map: everything that its template prints."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.labels import DrawnName
from pipelines.render.context import QuoteText


@dataclass(frozen=True, slots=True)
class Bubble:
    """A complaint in the drawing. `kind`: "ranked", or "discovered" if it is too vague for the ranking.

    It has no name where there is no room for it.
    """

    key: str
    kind: str
    x: str
    y: str
    r: str
    is_chosen: bool
    title: str
    href: str
    name: DrawnName | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map for wide or for narrow screens (`shape`)."""

    shape: str
    view_box: str
    bubbles: tuple[Bubble, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A complaint in the table. `href` leads to its comments."""

    key: str
    label: str
    theme: str
    kind: str
    href: str
    detractors: str
    mentions: str
    impact: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ChosenCause:
    """A selected complaint, with quotes from the report."""

    label: str
    people: str
    href: str
    quotes: tuple[QuoteText, ...]


@dataclass(frozen=True, slots=True)
class CauseMap:
    """The page. `chosen` are the selected complaints."""

    is_empty: bool
    nothing: bool
    drawings: tuple[Drawing, ...]
    chosen: tuple[ChosenCause, ...]
    rows: tuple[Row, ...]
    csv: str
