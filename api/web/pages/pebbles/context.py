"""The context of the pebbles board: everything that its template prints."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.labels import DrawnName


@dataclass(frozen=True, slots=True)
class Dot:
    """A complaint in the board, with the ends of its interval; it has no name where there is no room for it."""

    is_pebble: bool
    x: str
    y: str
    low: str
    high: str
    name: DrawnName | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on one of the two axes."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Board:
    """The drawing for wide or for narrow screens (`shape`). `quick_width` is that of the part with few days of work."""

    shape: str
    view_box: str
    radius: str
    left: str
    right: str
    top: str
    bottom: str
    quick_width: str
    plot_height: str
    days: tuple[Tick, ...]
    points: tuple[Tick, ...]
    days_y: str
    points_x: str
    zero: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A complaint in the table. `effort` is what a form sends, `days` what readers see; empty without an effort."""

    key: str
    label: str
    label_language: str | None
    kind: str
    is_pebble: bool
    points: str
    interval: str
    effort: str
    days: str
    per_day: str
    per_day_interval: str


@dataclass(frozen=True, slots=True)
class Pebbles:
    """The page. Without `boards` nothing has an effort yet, and without `rows` there is nothing to weigh (`nothing`).

    `here` is where a form leads back to; `more` leads to the rows that are left out, None if there are none.
    """

    is_empty: bool
    nothing: str
    may_edit: bool
    here: str
    boards: tuple[Board, ...]
    rows: tuple[Row, ...]
    more: str | None
    more_label: str
    csv: str
