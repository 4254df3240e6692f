"""Charts of rows that stand alone: a name, a drawing on an axis that all rows share, and a number.

Rows are of bars with intervals, or of steps from one number to another. All sizes are in pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from api.web.figures import LINE, Figure, TextLine, length, wrapped
from pipelines.render.context import Tick
from pipelines.render.geometry import Mark

#: Width of the chart and of the column with names, height of the axis and of a row, and sizes of fonts.
WIDTH, NAMES, AXIS, ROW, NAME, DETAIL = 900, 320, 28, 54, 13, 11


@dataclass(frozen=True, slots=True)
class StepMark:
    """A step as the page draws it: its bar, and where the next one begins; `x` alone for one of the two ends."""

    direction: Literal["total", "rise", "fall"]
    x: str
    width: str
    link: str


@dataclass(frozen=True, slots=True)
class RowText:
    """What a row says: its name, a detail below it, the number, and its interval."""

    name: str
    detail: str
    value: str
    interval: str = ""


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A row, from the height `y` on, with its name in lines."""

    y: str
    name: tuple[TextLine, ...]
    detail: tuple[TextLine, ...]
    value: str
    interval: str
    mark: Mark | None
    step: StepMark | None
    is_sure: bool


@dataclass(frozen=True, slots=True)
class RowChart:
    """Rows on an axis; `colour` is the token of that of bars, and `zero` is None where the axis need not have 0."""

    rows: tuple[ChartRow, ...]
    ticks: tuple[Tick, ...]
    zero: str | None
    colour: str
    height: str


def bar_figure(
    title: str,
    subtitle: str,
    rows: Iterable[tuple[RowText, Mark, bool]],
    ticks: tuple[Tick, ...],
    zero: str,
    colour: str,
) -> Figure | None:
    """Bars from zero with intervals, those that are sure in full colour; None without rows."""
    drawn = [_row(index, text, mark, None, is_sure) for index, (text, mark, is_sure) in enumerate(rows)]
    return _figure(title, subtitle, drawn, ticks, zero, colour)


def step_figure(
    title: str, subtitle: str, rows: Iterable[tuple[RowText, StepMark]], ticks: tuple[Tick, ...]
) -> Figure | None:
    """Steps from one number to another; None without rows."""
    drawn = [_row(index, text, None, step, True) for index, (text, step) in enumerate(rows)]
    return _figure(title, subtitle, drawn, ticks, None, "score")


def _figure(
    title: str, subtitle: str, rows: list[ChartRow], ticks: tuple[Tick, ...], zero: str | None, colour: str
) -> Figure | None:
    if not rows:
        return None
    height = ROW * len(rows)
    chart = RowChart(tuple(rows), ticks, zero, colour, length(height))
    return Figure("rows", chart, WIDTH, AXIS + height, title, subtitle)


def _row(index: int, text: RowText, mark: Mark | None, step: StepMark | None, is_sure: bool) -> ChartRow:
    names = wrapped(text.name, NAMES - 20, NAME)
    details = wrapped(text.detail, NAMES - 20, DETAIL, 1)
    tall = LINE * (NAME * len(names) + DETAIL * len(details))
    top = (ROW - tall) / 2 + NAME
    name = tuple(TextLine(length(top + LINE * NAME * line), each) for line, each in enumerate(names))
    below = top + LINE * NAME * len(names) - 2
    detail = tuple(TextLine(length(below), each) for each in details)
    return ChartRow(length(AXIS + ROW * index), name, detail, text.value, text.interval, mark, step, is_sure)
