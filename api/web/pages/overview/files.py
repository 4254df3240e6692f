"""The overview as files: the ranking, and the NPS by wave."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from api.web.cause_columns import cause_columns
from api.web.figures import Figure, line_figure
from api.web.pages.overview.build import trend_of
from api.web.pages.overview.causes import cause_table, listed_causes
from api.web.rendering import Web
from api.web.row_figures import RowText, bar_figure
from pipelines.render.narrowing import issues_of, marks_of
from pipelines.render.tables import Column, Kind, Table, estimate_columns
from pipelines.render.tree import Node
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.estimate import Estimate
from saywhy.report import ALL_WAVES, GroupNps, Report
from saywhy.view_filters import Filters
from saywhy.wave_note import WaveNote


def ranking_table(report: Report, filters: Filters, code_frame: CodeFrame, web: Web, aside: Collection[str]) -> Table:
    """All rows of the ranking that pass the filters, in their order."""
    wording, is_praise = web.wording, filters.group == "promoters"
    marks = marks_of(issues_of(report, filters), report, aside)
    sizes = {group.name: group.nps.n for group in report.waves if group.nps.n}

    def marks_in(node: Node) -> tuple[str, ...]:
        return tuple(sorted(marks.get(str(node.issue.key), ())))

    def times(node: Node) -> Estimate | None:
        return next((rate.times for rate in node.issue.segments if rate.segment == filters.segment), None)

    columns: tuple[Column[Node], ...] = (
        Column("rank", wording["rank"], Kind.TEXT, lambda node: node.number),
        *cause_columns(lambda node: node.issue, code_frame, wording),
        *estimate_columns("points", wording["adds_long" if is_praise else "costs_long"], Kind.NUMBER, _points, wording),
        Column("is_significant", wording["tables.significant"], Kind.FLAG, lambda node: node.issue.significant),
        Column("mentions", wording["mentions"], Kind.COUNT, lambda node: node.issue.mentions),
        Column("detractors", wording["detractors"], Kind.COUNT, lambda node: node.issue.detractors),
        Column("passives", wording["passives"], Kind.COUNT, lambda node: node.issue.passives),
        Column("promoters", wording["promoters"], Kind.COUNT, lambda node: node.issue.promoters),
        Column("revenue_at_risk", wording["revenue"], Kind.NUMBER, lambda node: node.issue.revenue_at_risk),
        *(estimate_columns("times", wording["times"], Kind.NUMBER, times, wording) if filters.segment else ()),
        Column("marks", wording["tables.marks"], Kind.TEXT, marks_in, _mark_names(wording)),
        *(_share_in(wave, size, wording) for wave, size in sizes.items()),
    )
    rows = (node for node, _ in listed_causes(report, filters, marks, code_frame, wording))
    return Table.of(wording["delights" if is_praise else "ranking"], columns, rows)


def wave_table(report: Report, notes: Sequence[WaveNote], wording: Wording) -> Table:
    """The NPS of each wave, and what is pinned to it."""
    columns: tuple[Column[GroupNps], ...] = (
        Column("wave", wording["wave"], Kind.TEXT, lambda group: group.name),
        *estimate_columns(
            "nps",
            wording["score_short"],
            Kind.NUMBER,
            lambda group: Estimate(group.nps.score, group.nps.low, group.nps.high),
            wording,
        ),
        Column("responses", wording["scored"], Kind.COUNT, lambda group: group.nps.n),
        Column("detractors", wording["detractors"], Kind.COUNT, lambda group: group.nps.detractors),
        Column("passives", wording["passives"], Kind.COUNT, lambda group: group.nps.passives),
        Column("promoters", wording["promoters"], Kind.COUNT, lambda group: group.nps.promoters),
        Column(
            "notes",
            wording["tables.notes"],
            Kind.TEXT,
            lambda group: tuple(note.text for note in notes if note.wave == group.name),
        ),
    )
    return Table.of(wording["overview.trend"], columns, report.waves)


def trend_figure(report: Report, notes: Sequence[WaveNote], filters: Filters, web: Web) -> Figure | None:
    """The NPS by wave, with the notes below it."""
    if not report.waves:
        return None
    trend, wording = trend_of(report, notes, filters, web), web.wording
    below = tuple(f"{note.number}  {note.wave}: {note.text}" for note in trend.notes)
    return line_figure(trend.chart, wording["overview.trend"], wording["overview.trend_hint"], below)


def ranking_figure(
    report: Report, filters: Filters, code_frame: CodeFrame, web: Web, aside: Collection[str]
) -> Figure | None:
    """The ranking as bars, as many as the page shows; None without an NPS."""
    table, wording = cause_table(report, filters, code_frame, web, aside), web.wording
    if not table.has_impact:
        return None
    wave = wording["all_waves"] if report.wave == ALL_WAVES else report.wave
    rows = (
        (RowText(f"{row.number} {row.label}".strip(), row.kind, row.impact, row.interval), row.drawing, row.sure)
        for row in table.rows
    )
    colour = "add" if table.is_praise else "cost"
    return bar_figure(f"{table.title}: {wave}", table.hint, rows, table.ticks, table.zero, colour)


def _points(node: Node) -> Estimate:
    return Estimate(node.issue.impact, node.issue.low, node.issue.high)


def _mark_names(wording: Wording) -> dict[str, str]:
    marks = ("new", "escalating", "fixed", "regressed", "pebble", "unsure", "ignored")
    return {mark: wording[f"overview.mark_{mark}"] for mark in marks}


def _share_in(wave: str, size: int, wording: Wording) -> Column[Node]:
    """How many of the scored responses of a wave name it, 0 … 1; empty for the rest of a theme."""

    def share(node: Node) -> float | None:
        mentions = dict(node.issue.waves).get(wave)
        return None if mentions is None else mentions / size

    return Column(f"share_{wave}", wording("tables.share_in", wave=wave), Kind.SHARE, share)
