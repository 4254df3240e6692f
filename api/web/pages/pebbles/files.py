"""The pebbles board as files."""

from __future__ import annotations

from api.web.cause_columns import cause_columns
from api.web.figures import Figure, LegendEntry
from api.web.pages.pebbles.build import SHAPES, in_order, pebbles
from api.web.rendering import Web
from api.web.surveys import Survey
from pipelines.render.tables import Column, Kind, Table, estimate_columns
from pipelines.render.wording import Wording
from saywhy.estimate import Estimate
from saywhy.issue import Issue


def pebble_table(survey: Survey, wording: Wording) -> Table:
    """All complaints in the order of the page."""
    columns: tuple[Column[Issue], ...] = (
        *cause_columns(lambda issue: issue, survey.code_frame, wording),
        Column("effort_days", wording["effort"], Kind.NUMBER, lambda issue: issue.effort_days),
        *estimate_columns("points", wording["costs_long"], Kind.NUMBER, points_of, wording),
        *estimate_columns(
            "points_per_day", wording["per_day"], Kind.NUMBER, lambda issue: issue.points_per_day, wording
        ),
        Column("is_pebble", wording["pebbles.pebble"], Kind.FLAG, lambda issue: issue.is_pebble),
    )
    return Table.of(wording["pebbles.title"], columns, in_order(survey.report))


def points_of(issue: Issue) -> Estimate:
    """What a complaint costs, in NPS points."""
    return Estimate(issue.impact, issue.low, issue.high)


def pebble_figure(survey: Survey, web: Web) -> Figure | None:
    """The board for wide screens."""
    board = next(iter(pebbles(survey, "", web).boards), None)
    if board is None:
        return None
    wording, shape = web.wording, SHAPES[0]
    legend = (
        LegendEntry("●", "score", wording["pebbles.pebble"]),
        LegendEntry("●", "cost", wording["complaint"]),
    )
    return Figure("board", board, shape.width, shape.height, wording["pebbles.board"], wording["pebbles.hint"], legend)
