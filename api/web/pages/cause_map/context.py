"""The context of the map: everything that its template prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a name, and the height of its baseline."""

    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """A complaint in the drawing. `kind`: "ranked", or "discovered" if it is too vague for the ranking.

    Its name stands at `name_x`, the start, the middle or the end of its lines (`anchor`); it has no lines where there
    is no room for it.
    """

    key: str
    kind: str
    x: str
    y: str
    r: str
    title: str
    href: str | None
    name_x: str
    anchor: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map for wide or for narrow screens (`shape`)."""

    shape: str
    view_box: str
    bubbles: tuple[Bubble, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A complaint in the table. `href` leads to its comments, or to the report; None if it is in neither."""

    key: str
    label: str
    theme: str
    kind: str
    href: str | None
    detractors: str
    mentions: str
    impact: str


@dataclass(frozen=True, slots=True)
class CauseMap:
    """The page. `action` is where the comments of what is selected are listed; None in an app without that page."""

    is_empty: bool
    nothing: bool
    drawings: tuple[Drawing, ...]
    rows: tuple[Row, ...]
    action: str | None
    csv: str
