"""Builds the context of the heat map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import Depends, Query

from api.web.cause_links import comments_href
from api.web.pages.segments.context import Cell, Column, Heat, Row, Segments, Shade
from api.web.rendering import Web
from api.web.selects import Select
from api.web.surveys import Survey
from pipelines.render.ranking import issue_label, label_language
from pipelines.render.tree import REST, Node, trees
from saywhy.heat_map import HeatCell, HeatMap
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES

#: Rows that are shown at first.
VISIBLE_ROWS = 25

#: The shades: each holds from this ratio on; the middle one has no colour.
LEVELS = ((2.0, "high-3"), (1.5, "high-2"), (1.2, "high-1"), (1 / 1.2, "even"), (1 / 1.5, "low-1"), (1 / 2, "low-2"))

#: The shade below all of them.
LOWEST = "low-3"

COLUMNS = ("kind", "id", "label", "segment", "responses", "mentions", "rate", "elsewhere", "times", "low", "high",
           "is_elevated")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is shown: the segments of a dimension, empty for the first one, in a wave or in all."""

    dimension: str = ""
    wave: str = ALL_WAVES
    rows: Literal["", "all"] = ""

    def query(self) -> dict[str, str | list[str] | None]:
        """The query of the address, without what is chosen by default."""
        wave = None if self.wave == ALL_WAVES else self.wave
        return {"dimension": self.dimension, "wave": wave, "rows": self.rows}


def read_chosen(
    dimension: Annotated[str, Query(max_length=500)] = "",
    wave: Annotated[str, Query(max_length=500)] = ALL_WAVES,
    rows: Literal["", "all"] = "",
) -> Chosen:
    """What the query of a request chooses."""
    return Chosen(dimension, wave, rows)


ChosenDep = Annotated[Chosen, Depends(read_chosen)]


def nothing_yet() -> Segments:
    """Before the first analysis."""
    return Segments(is_empty=True, fields=(), rows="", nothing="", heat=None)


def segments(chosen: Chosen, survey: Survey, waves: Sequence[str], heat_map: HeatMap, web: Web) -> Segments:
    """The heat map of the chosen dimension, or of the first one if there is no such dimension."""
    wording = web.wording
    dimensions = list(dict.fromkeys(name.partition("=")[0] for name in heat_map.segments))
    if chosen.dimension not in dimensions:
        chosen = replace(chosen, dimension=next(iter(dimensions), ""))
    fields = (
        Select.of("dimension", wording["segments.dimension"], chosen.dimension, [(name, name) for name in dimensions]),
        Select.of_wave(chosen.wave, waves, wording),
    )
    return Segments(
        is_empty=False,
        fields=fields if dimensions else fields[1:],
        rows=chosen.rows,
        nothing=wording["segments.no_segments" if not dimensions else "lead_none"],
        heat=_heat(chosen, survey, heat_map, web) if dimensions and heat_map.rows else None,
    )


def csv_rows(survey: Survey, heat_map: HeatMap) -> Iterator[Sequence[object]]:
    """A row for each complaint in each segment of all dimensions, in the order of the ranking."""
    by_key = {row.key: row for row in heat_map.rows}
    for issue in survey.report.issues:
        if issue.key in by_key:
            cells = by_key[issue.key].cells
            for segment, size, cell in zip(heat_map.segments, heat_map.sizes, cells, strict=True):
                ratio = (cell.times.value, cell.times.low, cell.times.high) if cell.times else (None, None, None)
                counts = segment, size, cell.mentions, cell.rate, cell.elsewhere
                yield issue.kind, issue.id, issue.label, *counts, *ratio, cell.is_elevated


def _heat(chosen: Chosen, survey: Survey, heat_map: HeatMap, web: Web) -> Heat:
    wording = web.wording
    shown = [
        (index, name)
        for index, name in enumerate(heat_map.segments)
        if name.partition("=")[0] == chosen.dimension
    ]  # fmt: skip
    by_key = {row.key: row for row in heat_map.rows}
    nodes = [node for tree in trees(survey.report.issues) for node in tree]
    listed = [node for node in nodes if node.issue.kind != REST and node.issue.key in by_key]
    visible = listed if chosen.rows == "all" else listed[:VISIBLE_ROWS]
    return Heat(
        title=wording("segments.heat", dimension=chosen.dimension),
        columns=tuple(
            Column(wording.segment(name), wording("segments.size", n=wording.count(heat_map.sizes[index])))
            for index, name in shown
        ),
        rows=tuple(_row(node, by_key[node.issue.key].cells, shown, survey, web) for node in visible),
        legend=(
            Shade(LOWEST, wording("segments.times", times=wording.tick(0.5))),
            Shade("low-2", ""),
            Shade("low-1", ""),
            Shade("even", wording("segments.times", times=wording.tick(1))),
            Shade("high-1", ""),
            Shade("high-2", ""),
            Shade("high-3", wording("segments.times", times=wording.tick(2))),
        ),
        more=web.href("/segments", **replace(chosen, rows="all").query()) if len(listed) > len(visible) else None,
        more_label=wording("overview.more_causes", n=wording.count(len(listed))),
        csv=web.href("/segments.csv", **replace(chosen, dimension="", rows="").query()),
    )


def _row(node: Node, cells: Sequence[HeatCell], shown: Sequence[tuple[int, str]], survey: Survey, web: Web) -> Row:
    issue = node.issue
    label = issue_label(issue, survey.code_frame, web.wording)
    return Row(
        label=label,
        label_language=label_language(issue, web.wording),
        is_part=node.is_part,
        cells=tuple(_cell(cells[index], issue.key, label, name, web) for index, name in shown),
    )


def _cell(cell: HeatCell, key: CauseKey, label: str, segment: str, web: Web) -> Cell:
    wording, times = web.wording, cell.times
    if times is None:
        return Cell("even", "–", "", wording["segments.no_rate"], False, None)
    text = wording(
        "segments.cell",
        label=label,
        segment=wording.segment(segment),
        share=wording.share(cell.rate),
        n=wording.count(cell.mentions),
        elsewhere=wording.share(cell.elsewhere),
        interval=wording.interval(times.low, times.high),
    )
    return Cell(
        level=level_of(times.value),
        times=wording("segments.times", times=wording.points(times.value)),
        share=wording.share(cell.rate),
        text=text,
        is_elevated=cell.is_elevated,
        href=comments_href(web, key, segment=segment) if cell.mentions else None,
    )


def level_of(times: float) -> str:
    """The shade of a ratio."""
    return next((level for least, level in LEVELS if times >= least), LOWEST)
