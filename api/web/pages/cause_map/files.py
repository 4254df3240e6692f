"""The map as files."""

from __future__ import annotations

from collections.abc import Sequence

from api.web.cause_columns import kind_names, theme_name
from api.web.figures import Figure, LegendEntry
from api.web.pages.cause_map.build import MOST, SHAPES, Position, cause_map, positions
from api.web.rendering import Web
from api.web.surveys import Survey
from pipelines.render.tables import Column, Kind, Table
from pipelines.render.wording import Wording
from saywhy.cause_map import MappedCause


def map_table(survey: Survey, mapped: Sequence[MappedCause], wording: Wording) -> Table:
    """A row for each complaint that is drawn, with its position in the wide drawing as shares of width and height."""
    causes, shape, language = tuple(mapped[:MOST]), SHAPES[0], wording.language
    columns: tuple[Column[tuple[MappedCause, Position]], ...] = (
        Column("kind", wording["tables.kind"], Kind.TEXT, lambda row: row[0].key.kind, kind_names(wording)),
        Column("id", wording["tables.id"], Kind.TEXT, lambda row: row[0].key.id),
        Column("label", wording["issue"], Kind.TEXT, lambda row: row[0].labels.get(language, row[0].label)),
        Column("theme", wording["theme"], Kind.TEXT, lambda row: theme_name(row[0].theme, survey.code_frame, wording)),
        Column("detractors", wording["detractors"], Kind.COUNT, lambda row: row[0].detractors),
        Column("mentions", wording["mentions"], Kind.COUNT, lambda row: row[0].mentions),
        Column("impact", wording["costs_long"], Kind.NUMBER, lambda row: row[0].impact),
        Column("is_ranked", wording["tables.ranked"], Kind.FLAG, lambda row: row[0].is_ranked),
        Column("is_discovered", wording["tables.discovered"], Kind.FLAG, lambda row: row[0].is_discovered),
        Column("x", wording["tables.across"], Kind.NUMBER, lambda row: row[1].x / shape.width),
        Column("y", wording["tables.down"], Kind.NUMBER, lambda row: row[1].y / shape.height),
    )
    return Table.of(wording["map.title"], columns, zip(causes, positions(causes, shape), strict=True))


def map_figure(survey: Survey, mapped: Sequence[MappedCause], web: Web) -> Figure | None:
    """The drawing for wide screens, with nothing selected."""
    drawing = next(iter(cause_map(survey, mapped, (), web).drawings), None)
    if drawing is None:
        return None
    wording, shape = web.wording, SHAPES[0]
    legend = (
        LegendEntry("●", "cost", wording["map.ranked"]),
        LegendEntry("○", "even", wording["map.vague"]),
    )
    return Figure("map", drawing, shape.width, shape.height, wording["map.heading"], "", legend)
