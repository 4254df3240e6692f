"""The heat map as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.web.cause_columns import cause_columns
from api.web.figures import LINE, Figure, LegendEntry, TextLine, length, wrapped
from api.web.pages.segments.context import Heat
from api.web.surveys import Survey
from pipelines.render.tables import Column, Kind, Table, estimate_columns
from pipelines.render.wording import Wording
from saywhy.heat_map import HeatCell, HeatMap
from saywhy.issue import Issue

#: Sizes of the drawing, in pixels: the columns, the head, a row, and fonts.
_NAMES, _CELL, _HEAD, _ROW, _NAME, _SMALL = 280, 92, 64, 40, 13, 11

#: How strong the colour of each shade is, as in the style sheet.
_SHADES = {
    "high-3": ("cost", "0.52"), "high-2": ("cost", "0.34"), "high-1": ("cost", "0.18"), "even": ("track", "1"),
    "low-1": ("score", "0.16"), "low-2": ("score", "0.30"), "low-3": ("score", "0.44"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SegmentCause:
    """One complaint in one segment, of so many responses that could name it."""

    issue: Issue
    segment: str
    size: int
    cell: HeatCell


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell of the drawing: its shade, as a colour and how strong it is, and what it says."""

    x: str
    colour: str
    strength: str
    times: str
    share: str
    is_elevated: bool


@dataclass(frozen=True, slots=True)
class DrawnHead:
    """A segment above its cells, whose middle is `x`."""

    x: str
    lines: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A complaint, indented to `x`, and its cells."""

    y: str
    x: str
    lines: tuple[TextLine, ...]
    is_part: bool
    cells: tuple[DrawnCell, ...]


@dataclass(frozen=True, slots=True)
class HeatChart:
    """The heat map of a dimension."""

    heads: tuple[DrawnHead, ...]
    rows: tuple[DrawnRow, ...]


def heat_table(survey: Survey, heat_map: HeatMap, dimension: str, wording: Wording) -> Table:
    """A row for each complaint in each segment of the dimension (of all, if there is no such one), by rank."""
    columns: tuple[Column[SegmentCause], ...] = (
        *cause_columns(lambda row: row.issue, survey.code_frame, wording),
        Column("dimension", wording["tables.dimension"], Kind.TEXT, lambda row: row.segment.partition("=")[0]),
        Column("segment", wording["segment"], Kind.TEXT, lambda row: row.segment.partition("=")[2]),
        Column("responses", wording["tables.segment_size"], Kind.COUNT, lambda row: row.size),
        Column("mentions", wording["mentions"], Kind.COUNT, lambda row: row.cell.mentions),
        Column("rate", wording["rate_there"], Kind.SHARE, lambda row: row.cell.rate),
        Column("elsewhere", wording["rate_elsewhere"], Kind.SHARE, lambda row: row.cell.elsewhere),
        *estimate_columns("times", wording["times"], Kind.NUMBER, lambda row: row.cell.times, wording),
        Column("is_elevated", wording["tables.elevated"], Kind.FLAG, lambda row: row.cell.is_elevated),
    )
    return Table.of(wording["segments.title"], columns, _rows(survey, heat_map, dimension))


def _rows(survey: Survey, heat_map: HeatMap, dimension: str) -> Iterator[SegmentCause]:
    of = [name.partition("=")[0] for name in heat_map.segments]
    is_shown = [dimension not in of or name == dimension for name in of]
    by_key = {row.key: row for row in heat_map.rows}
    for issue in survey.report.issues:
        cells = by_key[issue.key].cells if issue.key in by_key else ()
        for segment, size, cell, is_wanted in zip(heat_map.segments, heat_map.sizes, cells, is_shown, strict=False):
            if is_wanted:
                yield SegmentCause(issue, segment, size, cell)


def heat_figure(heat: Heat | None, wording: Wording) -> Figure | None:
    """The heat map as the page shows it."""
    if heat is None:
        return None
    chart = HeatChart(
        tuple(_head(index, f"{column.name}", column.size) for index, column in enumerate(heat.columns)),
        tuple(
            DrawnRow(
                y=length(_HEAD + _ROW * index),
                x=length(14 if row.is_part else 0),
                lines=_lines(row.label),
                is_part=row.is_part,
                cells=tuple(
                    DrawnCell(length(_left(at)), *_SHADES[cell.level], cell.times, cell.share, cell.is_elevated)
                    for at, cell in enumerate(row.cells)
                ),
            )
            for index, row in enumerate(heat.rows)
        ),
    )
    legend = (
        LegendEntry("■", "cost", wording("segments.times", times=f">{wording.tick(1)}")),
        LegendEntry("■", "score", wording("segments.times", times=f"<{wording.tick(1)}")),
        LegendEntry("□", "ink", wording["segments.elevated"]),
    )
    width, height = _NAMES + _CELL * max(len(heat.columns), 4), _HEAD + _ROW * len(heat.rows)
    return Figure("heat", chart, width, height, heat.title, wording["segments.hint"], legend)


def _left(column: int) -> float:
    return _NAMES + _CELL * column


def _head(column: int, name: str, size: str) -> DrawnHead:
    lines = [*wrapped(name, _CELL - 8, _NAME), *wrapped(size, _CELL - 4, _SMALL, 1)]
    first = _HEAD - 12 - LINE * _NAME * (len(lines) - 1)
    return DrawnHead(
        length(_left(column) + _CELL / 2),
        tuple(TextLine(length(first + LINE * _NAME * index), line) for index, line in enumerate(lines)),
    )


def _lines(label: str) -> tuple[TextLine, ...]:
    lines = wrapped(label, _NAMES - 30, _NAME)
    first = _ROW / 2 + 4.5 - LINE * _NAME * (len(lines) - 1) / 2
    return tuple(TextLine(length(first + LINE * _NAME * index), line) for index, line in enumerate(lines))
