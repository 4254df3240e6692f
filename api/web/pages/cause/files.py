"""When, where and by whom a cause is named, as files."""

from __future__ import annotations

from api.web.figures import Figure, line_figure
from api.web.pages.cause import figures
from api.web.pages.cause.build import Shown
from api.web.rendering import Web
from api.web.row_figures import RowText, bar_figure
from pipelines.render.tables import Column, Kind, Table, estimate_columns
from pipelines.render.wording import Wording
from saywhy.estimate import Estimate
from saywhy.issue import Issue, SegmentRate
from service.causes import WaveShare, shares_by_wave
from service.evidence import CauseCustomer, CauseCustomers

_HERE = figures.Files("", {})  # drawings have no links


def when_table(issue: Issue | None, shown: Shown, wording: Wording) -> Table:
    """A row for each wave: the share of its scored responses that names the cause, and its points in that wave."""

    def points(share: WaveShare) -> Estimate | None:
        there = shown.in_wave.get(share.wave)
        return Estimate(there.impact, there.low, there.high) if there else None

    title = wording["adds_long" if shown.is_praise else "costs_long"]
    columns: tuple[Column[WaveShare], ...] = (
        Column("wave", wording["wave"], Kind.TEXT, lambda share: share.wave),
        *estimate_columns("rate", wording["share"], Kind.SHARE, lambda share: share.rate, wording),
        Column("mentions", wording["mentions"], Kind.COUNT, lambda share: share.mentions),
        *estimate_columns("points", title, Kind.NUMBER, points, wording),
    )
    return Table.of(wording["cause.when"], columns, shares_by_wave(issue, shown.report) if issue else ())


def where_table(issue: Issue | None, wording: Wording) -> Table:
    """The segments that name it more often than others."""
    columns: tuple[Column[SegmentRate], ...] = (
        Column("dimension", wording["tables.dimension"], Kind.TEXT, lambda rate: rate.segment.partition("=")[0]),
        Column("segment", wording["segment"], Kind.TEXT, lambda rate: rate.segment.partition("=")[2]),
        *estimate_columns("times", wording["times"], Kind.NUMBER, lambda rate: rate.times, wording),
        Column("rate", wording["rate_there"], Kind.SHARE, lambda rate: rate.rate),
        Column("elsewhere", wording["rate_elsewhere"], Kind.SHARE, lambda rate: rate.elsewhere),
    )
    return Table.of(wording["cause.where"], columns, issue.segments if issue else ())


def who_table(named_by: CauseCustomers, wording: Wording) -> Table:
    """The accounts that were found. The name of a person is not for everybody: its cell is empty."""
    columns: tuple[Column[CauseCustomer], ...] = (
        Column("account", wording["cause.account"], Kind.TEXT, lambda customer: customer.account),
        Column("score", wording["cause.last_score"], Kind.COUNT, lambda customer: customer.score),
        Column("answers", wording["cause.answers"], Kind.COUNT, lambda customer: customer.answers),
        Column("answered_at", wording["cause.last"], Kind.MOMENT, lambda customer: customer.answered_at),
        Column("wave", wording["wave"], Kind.TEXT, lambda customer: customer.wave),
        Column(
            "revenue",
            wording["cause.revenue"],
            Kind.NUMBER,
            lambda customer: None if customer.revenue is None else float(customer.revenue),
        ),
    )
    return Table.of(wording["cause.who"], columns, named_by.customers)


def when_figure(issue: Issue | None, shown: Shown, name: str, web: Web) -> Figure | None:
    """The share that names it by wave."""
    when = figures.when(issue, shown.in_wave, shown.report, _HERE, web, is_praise=shown.is_praise) if issue else None
    return line_figure(when.chart, name, web.wording["cause.when_hint"]) if when else None


def where_figure(issue: Issue | None, name: str, web: Web) -> Figure | None:
    """The segments that name it more often, as bars from "as often" on."""
    where = figures.where(issue, _HERE, web) if issue else None
    if where is None:
        return None
    rows = (
        (RowText(row.segment, row.dimension, row.times.value, row.times.detail), row.drawing, True)
        for row in where.rows
    )
    return bar_figure(name, web.wording["cause.where_hint"], rows, (), where.zero, "cost")
