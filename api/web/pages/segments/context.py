"""The context of the heat map: everything that its template prints."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.selects import Select


@dataclass(frozen=True, slots=True)
class Column:
    """A segment, and how many of its responses could name a cause."""

    name: str
    size: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One complaint in one segment. `level` is the shade, a class of the style sheet; `is_elevated` as in the ranking.

    `href` leads to the comments; None where there are none.
    """

    level: str
    times: str
    share: str
    text: str
    is_elevated: bool
    href: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One complaint; `is_part`: of the theme above it."""

    label: str
    label_language: str | None
    is_part: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Shade:
    """An entry of the legend."""

    level: str
    label: str


@dataclass(frozen=True, slots=True)
class Heat:
    """The heat map of one dimension. `more` leads to the rows that are left out; None if there are none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    legend: tuple[Shade, ...]
    more: str | None
    more_label: str
    csv: str


@dataclass(frozen=True, slots=True)
class Segments:
    """The page. Without `heat` it says why (`nothing`); `is_empty` before the first analysis."""

    is_empty: bool
    fields: tuple[Select, ...]
    rows: str
    nothing: str
    heat: Heat | None
