"""Builds the context of a comparison."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from api.web.pages.compare.choice import Chosen
from api.web.pages.compare.context import Compare, Difference, Side, Step
from api.web.rendering import Web
from api.web.selects import Select
from api.web.surveys import Survey
from pipelines.render import figures
from pipelines.render.amounts import ticks
from pipelines.render.context import FigureTable
from pipelines.render.geometry import Axis, percent
from pipelines.render.wording import Wording
from saywhy.contrast import Contrast
from saywhy.report import CauseChange, GroupNps, Report

#: Themes that have steps of their own; the others are one step.
MAX_STEPS = 8

#: Ends of the axis are multiples of so many points.
_ROUND = 5

COLUMNS = (
    "theme", "polarity", "label", "rate_before", "rate_after", "frequency", "frequency_low", "frequency_high",
    "frequency_q", "severity", "severity_low", "severity_high", "severity_q",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the difference, in points."""

    label: str
    kind: str
    value: float


def nothing_yet() -> Compare:
    """Before the first analysis."""
    return Compare(is_empty=True, fields=(), nothing="", difference=None)


def compare(chosen: Chosen, survey: Survey, waves: Sequence[str], contrast: Contrast | None, web: Web) -> Compare:
    """The comparison that is chosen; None for a contrast where there are not two groups to choose."""
    return Compare(
        is_empty=False,
        fields=_fields(chosen, survey.report, waves, web.wording),
        nothing=web.wording["compare.one_only"],
        difference=_difference(chosen, survey, contrast, web) if contrast else None,
    )


def csv_rows(contrast: Contrast) -> Iterator[Sequence[object]]:
    """A row for each theme on each side, then one for each of the other parts and one for the difference."""
    change = contrast.change
    for cause in change.causes:
        shares = cause.rate_before, cause.rate_after
        frequency = cause.frequency.value, cause.frequency.low, cause.frequency.high, cause.frequency_q
        severity = cause.severity.value, cause.severity.low, cause.severity.high, cause.severity_q
        yield cause.id, cause.polarity, cause.label, *shares, *frequency, *severity
    for name, part in (("writing", change.writing), ("rest", change.rest), ("nps", change.nps)):
        if part is not None:
            yield name, None, None, None, None, part.value, part.low, part.high, None, None, None, None, None


def _fields(chosen: Chosen, report: Report, waves: Sequence[str], wording: Wording) -> tuple[Select, ...]:
    kinds = [("", wording["waves"]), *((dimension, dimension) for dimension in dimensions_of(report))]
    by = Select.of("by", wording["compare.by"], chosen.by, kinds)
    sides = [(name, side_name(name, chosen, wording)) for name in sides_of(report, chosen.by)]
    fields = [
        by,
        Select.of("a", wording["compare.from"], chosen.a, sides),
        Select.of("b", wording["compare.to"], chosen.b, sides),
    ]
    if chosen.by:
        fields.append(Select.of_wave(chosen.wave, waves, wording))
    return tuple(fields)


def dimensions_of(report: Report) -> list[str]:
    """The dimensions of the segments of the report, in its order."""
    return list(dict.fromkeys(group.name.partition("=")[0] for group in report.segments))


def sides_of(report: Report, by: str) -> list[str]:
    """What can be compared: waves, or the values of a dimension."""
    if not by:
        return [group.name for group in report.waves]
    parts = (group.name.partition("=") for group in report.segments)
    return [value for dimension, _, value in parts if dimension == by]


def side_name(name: str, chosen: Chosen, wording: Wording) -> str:
    """The name of a side as the page shows it."""
    return wording.segment(f"{chosen.by}={name}") if chosen.by else name


def _difference(chosen: Chosen, survey: Survey, contrast: Contrast, web: Web) -> Difference:
    wording, change = web.wording, contrast.change
    total = "compare.total" if chosen.by else "change_total"
    panel = figures.change_panel(change, survey.report, survey.code_frame, wording, total)
    steps, axis = _steps(chosen, contrast, survey, wording)
    return Difference(
        before=_side(contrast.before, chosen.a, chosen, wording),
        after=_side(contrast.after, chosen.b, chosen, wording),
        change=wording.points(change.nps.value, signed=True),
        interval=wording.interval(change.nps.low, change.nps.high, signed=True),
        is_sure=change.is_significant,
        sentences=panel.sentences,
        steps=steps,
        ticks=ticks(axis, wording),
        table=_without_anchors(panel.causes),
        csv=web.href("/compare.csv", **chosen.query()),
    )


def _side(group: GroupNps, name: str, chosen: Chosen, wording: Wording) -> Side:
    nps = group.nps
    return Side(
        name=side_name(name, chosen, wording),
        score=wording.points(nps.score, signed=True),
        interval=wording.interval(nps.low, nps.high, signed=True),
        n=wording("of_responses", n=wording.count(nps.n)),
    )


def _steps(chosen: Chosen, contrast: Contrast, survey: Survey, wording: Wording) -> tuple[tuple[Step, ...], Axis]:
    """The steps from the first NPS to the second: the largest first, the parts that belong to no theme last."""
    start, end = contrast.before.nps.score, contrast.after.nps.score
    parts = list(_parts(contrast, survey, wording))
    levels = [start]
    for part in parts:
        levels.append(levels[-1] + part.value)
    axis = _axis([*levels, end])
    steps = [
        Step(
            direction="rise" if part.value > 0 else "fall",
            label=part.label,
            kind=part.kind,
            value=wording.points(part.value, signed=True),
            x=axis.position(min(low, high)),
            width=percent(abs(axis.fraction(high) - axis.fraction(low))),
            link=axis.position(high),
        )
        for part, (low, high) in zip(parts, pairwise(levels), strict=True)
    ]
    first = _total(side_name(chosen.a, chosen, wording), start, axis, wording)
    last = _total(side_name(chosen.b, chosen, wording), end, axis, wording)
    return (first, *steps, last), axis


def _total(label: str, score: float, axis: Axis, wording: Wording) -> Step:
    return Step("total", label, wording["nps"], wording.points(score, signed=True), axis.position(score), "0", "")


def _parts(contrast: Contrast, survey: Survey, wording: Wording) -> Iterator[_Part]:
    change, code_frame = contrast.change, survey.code_frame

    def of_cause(cause: CauseChange) -> float:
        return cause.frequency.value + cause.severity.value

    for cause in change.causes[:MAX_STEPS]:
        name = code_frame.name_of(cause.id, wording.language, cause.label)
        yield _Part(name, wording["complaint" if cause.polarity == "negative" else "delight"], of_cause(cause))
    if others := change.causes[MAX_STEPS:]:
        label = wording("compare.others", n=wording.count(len(others)))
        yield _Part(label, "", sum(map(of_cause, others)))
    if change.writing is not None:
        yield _Part(wording["compare.writing"], "", change.writing.value)
    if change.rest is not None:
        yield _Part(wording["compare.rest"], "", change.rest.value)


def _axis(levels: Sequence[float]) -> Axis:
    """An axis that need not have 0 on it, as the steps may be small beside the score."""
    base = _ROUND * math.floor(min(levels) / _ROUND)
    axis = Axis.around(level - base for level in levels)
    return Axis(axis.low + base, axis.high + base, tuple(tick + base for tick in axis.ticks))


def _without_anchors(table: FigureTable | None) -> FigureTable | None:
    """The rows of the report page lead to places that are not on this page."""
    if table is None:
        return None
    rows, more = (tuple(replace(row, anchor=None) for row in part) for part in (table.rows, table.more))
    return replace(table, rows=rows, more=more)
