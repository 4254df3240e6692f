"""Charts as SVG that the templates print: values in, positions out, so that templates do no arithmetic.

Colours are the tokens of the style sheet, so that one drawing is right in light and dark, on screen and in print, and
widths are in percent, so that it is right on every screen. `charts.html.j2` has a macro for each kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.render.geometry import Axis, percent
from pipelines.render.wording import Wording
from saywhy.estimate import Estimate, Nps

#: Names below a chart that fit beside each other on a narrow screen.
_NAMES = 6
_LONGEST_NAME = 12


@dataclass(frozen=True, slots=True)
class YTick:
    """A labelled height of a chart."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A value with its interval; `name` is printed below it, empty where there is no room. `notes` has numbers of notes
    that stand at it.
    """

    x: str
    y: str
    low: str
    high: str
    name: str
    value: str
    notes: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """Values in a row with a band of their intervals. `line` and `band` are points of a square of 100 by 100."""

    points: tuple[ChartPoint, ...]
    line: str
    band: str
    ticks: tuple[YTick, ...]
    zero: str


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A few values in a row as a small line in a square of 100 by 100, and what they are in words."""

    line: str
    x: str
    y: str
    text: str


def nps_chart(groups: Sequence[tuple[str, Nps]], notes: Sequence[str], wording: Wording) -> LineChart:
    """The NPS of groups in a row, mostly waves. `notes` has, for each of them, the numbers of its notes."""
    estimates = [(name, Estimate(nps.score, nps.low, nps.high)) for name, nps in groups]
    values = [wording.points(nps.score, signed=True) for _, nps in groups]
    return _line_chart(estimates, values, notes, (-100, 100), wording)


def share_chart(groups: Sequence[tuple[str, Estimate]], wording: Wording) -> LineChart:
    """Shares (0 … 1) of groups in a row, in percent."""
    in_percent = [(name, Estimate(*(100 * end for end in (rate.value, rate.low, rate.high)))) for name, rate in groups]
    values = [wording.share(rate.value) for _, rate in groups]
    return _line_chart(in_percent, values, [""] * len(groups), (0, 100), wording)


def _line_chart(
    groups: Sequence[tuple[str, Estimate]],
    values: Sequence[str],
    notes: Sequence[str],
    bounds: tuple[float, float],
    wording: Wording,
) -> LineChart:
    axis = Axis.around((end for _, each in groups for end in (each.low, each.value, each.high)), bounds=bounds)
    every = math.ceil(len(groups) / _NAMES)

    def height(value: float) -> float:
        return 1 - axis.fraction(value)

    xs = [(index + 0.5) / len(groups) for index in range(len(groups))]
    points = tuple(
        ChartPoint(
            x=percent(x),
            y=percent(height(each.value)),
            low=percent(height(each.low)),
            high=percent(height(each.high)),
            name=_shortened(name) if (len(groups) - 1 - index) % every == 0 else "",  # the last one always
            value=value,
            notes=noted,
        )
        for index, (x, (name, each), value, noted) in enumerate(zip(xs, groups, values, notes, strict=True))
    )
    upper = [(x, height(each.high)) for x, (_, each) in zip(xs, groups, strict=True)]
    lower = [(x, height(each.low)) for x, (_, each) in zip(xs, groups, strict=True)]
    return LineChart(
        points=points,
        line=_path((x, height(each.value)) for x, (_, each) in zip(xs, groups, strict=True)),
        band=_path([*upper, *reversed(lower)]),
        ticks=tuple(YTick(percent(height(tick)), wording.tick(tick)) for tick in axis.ticks),
        zero=percent(height(0)),
    )


def sparkline(values: Sequence[float], text: str) -> Sparkline | None:
    """The values from 0 to the highest; None for fewer than two, which show no course."""
    if len(values) < 2:
        return None
    highest = max(values) or 1
    points = [(index / (len(values) - 1), 1 - value / highest) for index, value in enumerate(values)]
    return Sparkline(_path(points), percent(points[-1][0]), percent(points[-1][1]), text)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{100 * x:.2f},{100 * y:.2f}" for x, y in points)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
