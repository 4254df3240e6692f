"""Builds the context of the pebbles board."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from api.web.addresses import with_query
from api.web.labels import Circle, DrawnName, PlacedName, length, placed_names
from api.web.pages.pebbles.context import Board, Dot, Pebbles, Row, Tick
from api.web.rendering import Web
from api.web.surveys import Survey
from pipelines.render.geometry import Axis
from pipelines.render.ranking import issue_kind, issue_label, label_language
from pipelines.render.wording import Wording
from pipelines.report.effort import QUICK_WIN_DAYS
from saywhy.access import Scope
from saywhy.issue import Issue
from saywhy.report import Report

PATH = "/pebbles"

#: Rows that are shown at first, unless more have an effort.
VISIBLE_ROWS = 25

#: Ticks of the axis of days, which is logarithmic, and between which of them it goes at least.
DAYS = (0.25, 0.5, 1, 2, 5, 10, 20, 40, 100, 200, 500, 1000, 2000, 5000, 10000)
_LEAST, _MOST = 1, 40

COLUMNS = ("kind", "id", "label", "effort_days", "points", "low", "high", "points_per_day", "per_day_low",
           "per_day_high", "is_pebble")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawing: its size, that of its font, and the room for the labels of its axes."""

    name: str
    width: float
    height: float
    font: float
    left: float
    bottom: float
    radius: float


SHAPES = (Shape("wide", 1040, 440, 13, 44, 30, 7), Shape("narrow", 340, 380, 11, 30, 24, 5))


def nothing_yet() -> Pebbles:
    """Before the first analysis."""
    return Pebbles(True, "", False, PATH, (), (), None, "", "")


def pebbles(survey: Survey, rows: Literal["", "all"], web: Web) -> Pebbles:
    """The complaints of all waves, by effort and points."""
    report, wording = survey.report, web.wording
    issues = in_order(report)
    weighed = [issue for issue in issues if issue.effort_days is not None]
    visible = issues if rows == "all" else issues[: max(VISIBLE_ROWS, len(weighed))]
    return Pebbles(
        is_empty=False,
        nothing=wording["no_nps" if report.nps is None else "lead_none"],
        may_edit=web.may(Scope.WRITE),
        here=with_query(PATH, {"rows": rows}),
        boards=tuple(_board(shape, weighed, survey, wording) for shape in SHAPES) if weighed else (),
        rows=tuple(_row(issue, survey, wording) for issue in visible),
        more=web.href(PATH, rows="all") if len(issues) > len(visible) else None,
        more_label=wording("overview.more_causes", n=wording.count(len(issues))),
        csv=web.href("/pebbles.csv"),
    )


def in_order(report: Report) -> list[Issue]:
    """The complaints that were weighed, most points a day first, then the others in the order of the ranking."""
    if report.nps is None:
        return []
    positions = {key: index for index, key in enumerate(report.board)}
    return sorted(report.issues, key=lambda issue: positions.get(str(issue.key), len(positions)))


def csv_rows(report: Report) -> Iterator[Sequence[object]]:
    """A row for each complaint."""
    for issue in in_order(report):
        rate = issue.points_per_day
        per_day = (rate.value, rate.low, rate.high) if rate else (None, None, None)
        points = issue.impact, issue.low, issue.high
        yield issue.kind, issue.id, issue.label, issue.effort_days, *points, *per_day, issue.is_pebble


def _row(issue: Issue, survey: Survey, wording: Wording) -> Row:
    rate = issue.points_per_day
    return Row(
        key=str(issue.key),
        label=issue_label(issue, survey.code_frame, wording),
        label_language=label_language(issue, wording),
        kind=issue_kind(issue, survey.code_frame, wording),
        is_pebble=issue.is_pebble,
        points=wording.points(issue.impact),
        interval=wording.interval(issue.low, issue.high),
        effort="" if issue.effort_days is None else f"{issue.effort_days:g}",
        days="–" if issue.effort_days is None else wording.tick(issue.effort_days),
        per_day=wording.points(rate.value, decimals=2) if rate else "–",
        per_day_interval=wording.interval(rate.low, rate.high, decimals=2) if rate else "",
    )


def _board(shape: Shape, weighed: Sequence[Issue], survey: Survey, wording: Wording) -> Board:
    """Days to the right, on a logarithmic scale, and points upwards."""
    right, bottom = shape.width - shape.font, shape.height - shape.bottom
    points = Axis.around(end for issue in weighed for end in (issue.low, issue.impact, issue.high))
    days = [issue.effort_days or _LEAST for issue in weighed]
    low = max((tick for tick in DAYS if tick <= min([*days, _LEAST])), default=DAYS[0])
    high = min((tick for tick in DAYS if tick >= max([*days, _MOST])), default=DAYS[-1])

    def x(value: float) -> float:
        share = math.log(max(value, low) / low) / math.log(high / low)
        return shape.left + share * (right - shape.left)

    def y(value: float) -> float:
        return bottom - points.fraction(value) * (bottom - shape.font)

    names = [issue_label(issue, survey.code_frame, wording) for issue in weighed]
    circles = [
        Circle(x(day), y(issue.impact), shape.radius, name)
        for issue, day, name in zip(weighed, days, names, strict=True)
    ]
    placed = placed_names(circles, shape.width, bottom, shape.font, left=shape.left)
    return Board(
        shape=shape.name,
        view_box=f"0 0 {shape.width:g} {shape.height:g}",
        radius=length(shape.radius),
        left=length(shape.left),
        right=length(right),
        top=length(shape.font),
        bottom=length(bottom),
        quick_width=length(x(QUICK_WIN_DAYS) - shape.left),
        plot_height=length(bottom - shape.font),
        days=tuple(Tick(length(x(tick)), wording.tick(tick)) for tick in DAYS if low <= tick <= high),
        points=tuple(Tick(length(y(tick)), wording.tick(tick)) for tick in points.ticks),
        days_y=length(bottom + 1.4 * shape.font),
        points_x=length(shape.left - 0.6 * shape.font),
        zero=length(y(0)),
        dots=tuple(
            _dot(issue, circle, name, (y(issue.low), y(issue.high)))
            for issue, circle, name in zip(weighed, circles, placed, strict=True)
        ),
    )


def _dot(issue: Issue, circle: Circle, name: PlacedName | None, ends: tuple[float, float]) -> Dot:
    return Dot(
        is_pebble=issue.is_pebble,
        x=length(circle.x),
        y=length(circle.y),
        low=length(ends[0]),
        high=length(ends[1]),
        name=DrawnName.of(name),
    )
