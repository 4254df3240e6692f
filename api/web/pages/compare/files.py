"""A comparison as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from api.web.cause_columns import theme_name
from api.web.figures import Figure
from api.web.pages.compare.build import side_name
from api.web.pages.compare.choice import Chosen
from api.web.pages.compare.context import Compare
from api.web.row_figures import RowText, StepMark, step_figure
from pipelines.render.tables import Column, Kind, Table, estimate_columns, interval_columns
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.contrast import Contrast
from saywhy.estimate import Estimate
from saywhy.report import CauseChange


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the difference: of one theme on one side (`cause`), or one that belongs to no theme."""

    id: str
    label: str
    points: float
    interval: Estimate | None = None
    cause: CauseChange | None = None


def part_table(chosen: Chosen, contrast: Contrast, code_frame: CodeFrame, wording: Wording) -> Table:
    """A row for each theme on each side, then one for each of the other parts and one for the difference."""

    def of_cause(name: str) -> Callable[[Part], Any]:
        return lambda row: getattr(row.cause, name) if row.cause else None

    def share(side: str) -> str:
        return wording("tables.share_before", side=side_name(side, chosen, wording))

    sides = {"negative": wording["complaint"], "positive": wording["delight"]}
    frequency, severity = wording["frequency"], wording["severity"]
    columns: tuple[Column[Part], ...] = (
        Column("theme", wording["tables.id"], Kind.TEXT, lambda row: row.id),
        Column("label", wording["theme"], Kind.TEXT, lambda row: row.label),
        Column("polarity", wording["cause.side"], Kind.TEXT, of_cause("polarity"), sides),
        Column("rate_before", share(chosen.a), Kind.SHARE, of_cause("rate_before")),
        Column("rate_after", share(chosen.b), Kind.SHARE, of_cause("rate_after")),
        Column("points", wording["compare.points"], Kind.NUMBER, lambda row: row.points),
        *interval_columns("points", wording["compare.points"], Kind.NUMBER, lambda row: row.interval, wording),
        *estimate_columns("frequency", frequency, Kind.NUMBER, of_cause("frequency"), wording),
        Column("frequency_q", _q(frequency, wording), Kind.NUMBER, of_cause("frequency_q")),
        *estimate_columns("severity", severity, Kind.NUMBER, of_cause("severity"), wording),
        Column("severity_q", _q(severity, wording), Kind.NUMBER, of_cause("severity_q")),
    )
    return Table.of(wording["compare.title"], columns, _parts(contrast, code_frame, wording))


def step_chart(page: Compare, wording: Wording) -> Figure | None:
    """The steps from one NPS to the other."""
    if (difference := page.difference) is None:
        return None
    rows = (
        (RowText(step.label, step.kind, step.value), StepMark(step.direction, step.x, step.width, step.link))
        for step in difference.steps
    )
    return step_figure(wording["compare.steps"], difference.sentences[0], rows, difference.ticks)


def _parts(contrast: Contrast, code_frame: CodeFrame, wording: Wording) -> Iterator[Part]:
    change = contrast.change
    for cause in change.causes:
        name = theme_name(cause.id, code_frame, wording) if cause.id in code_frame.ids else cause.label
        yield Part(cause.id, name, cause.frequency.value + cause.severity.value, cause=cause)
    rest = {"writing": wording["compare.writing"], "rest": wording["compare.rest"], "nps": wording["nps"]}
    for id, label in rest.items():
        if (points := getattr(change, id)) is not None:
            yield Part(id, label, points.value, points)


def _q(title: str, wording: Wording) -> str:
    return wording("tables.q_value", title=title)
