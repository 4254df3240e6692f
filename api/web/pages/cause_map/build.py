"""Builds the context of the map."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from api.web.cause_links import comments_href
from api.web.labels import Circle, DrawnName, PlacedName, length, placed_names
from api.web.pages.cause_map.context import Bubble, CauseMap, ChosenCause, Drawing, Row
from api.web.rendering import Web
from api.web.surveys import Survey
from models.arrays import unpack
from pipelines.render.ranking import quote_text
from saywhy.cause_map import MappedCause

#: The complaints that are drawn and listed: those that most detractors name.
MOST = 60

#: Quotes of a selected complaint.
MAX_QUOTES = 3

COLUMNS = ("kind", "id", "label", "theme", "detractors", "mentions", "impact", "is_ranked", "is_discovered", "x", "y")


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawing: its size, that of its font, and the radius of the largest circle and the least one."""

    name: str
    width: float
    height: float
    font: float
    largest: float
    least: float


SHAPES = (Shape("wide", 1040, 620, 13, 44, 5), Shape("narrow", 340, 520, 11, 24, 3.5))


@dataclass(frozen=True, slots=True)
class Position:
    """Where a complaint lies in a drawing."""

    x: float
    y: float
    r: float


def nothing_yet() -> CauseMap:
    """Before the first analysis."""
    return CauseMap(is_empty=True, nothing=False, drawings=(), chosen=(), rows=(), csv="")


def cause_map(survey: Survey, mapped: Sequence[MappedCause], chosen: Collection[str], web: Web) -> CauseMap:
    """The map of the complaints of all waves, some of which (their keys) are selected."""
    causes = tuple(mapped[:MOST])
    return CauseMap(
        is_empty=False,
        nothing=not causes,
        drawings=tuple(_drawing(shape, causes, chosen, web) for shape in SHAPES) if causes else (),
        chosen=tuple(_chosen(cause, survey, web) for cause in causes if str(cause.key) in chosen),
        rows=tuple(_row(cause, survey, chosen, web) for cause in causes),
        csv=web.href("/map.csv"),
    )


def csv_rows(mapped: Sequence[MappedCause]) -> Iterator[Sequence[object]]:
    """A row for each complaint that is drawn, with its position in the wide drawing as shares of width and height."""
    causes, shape = tuple(mapped[:MOST]), SHAPES[0]
    for cause, position in zip(causes, positions(causes, shape), strict=True):
        counts = cause.detractors, cause.mentions, cause.impact
        own = cause.key.kind, cause.key.id, cause.label, cause.theme, *counts, cause.is_ranked, cause.is_discovered
        yield *own, position.x / shape.width, position.y / shape.height


def positions(causes: tuple[MappedCause, ...], shape: Shape) -> tuple[Position, ...]:
    """Where the complaints lie, in their order."""
    return _positions(tuple((cause.vector, cause.detractors) for cause in causes), shape)


@lru_cache(maxsize=16)
def _positions(circles: tuple[tuple[bytes, int], ...], shape: Shape) -> tuple[Position, ...]:
    import numpy as np

    from pipelines.topics.plane import plane

    if not circles:
        return ()
    most = max(detractors for _, detractors in circles)
    radii = [max(shape.least, shape.largest * math.sqrt(detractors / most)) for _, detractors in circles]
    vectors = np.stack([unpack(vector) for vector, _ in circles])
    margin = shape.font / 2
    centres = plane(vectors, np.array(radii), shape.width, shape.height, margin)
    return tuple(Position(x, y, r) for (x, y), r in zip(centres.tolist(), radii, strict=True))


def _drawing(shape: Shape, causes: tuple[MappedCause, ...], chosen: Collection[str], web: Web) -> Drawing:
    circles = [
        Circle(position.x, position.y, position.r, cause.name(web.wording.language))
        for cause, position in zip(causes, positions(causes, shape), strict=True)
    ]
    names = placed_names(circles, shape.width, shape.height, shape.font)
    return Drawing(
        shape=shape.name,
        view_box=f"0 0 {shape.width:g} {shape.height:g}",
        bubbles=tuple(
            _bubble(cause, circle, name, chosen, web)
            for cause, circle, name in zip(causes, circles, names, strict=True)
        ),
    )


def _bubble(cause: MappedCause, circle: Circle, name: PlacedName | None, chosen: Collection[str], web: Web) -> Bubble:
    return Bubble(
        key=str(cause.key),
        kind="ranked" if cause.is_ranked else "discovered",
        x=length(circle.x),
        y=length(circle.y),
        r=length(circle.r),
        is_chosen=str(cause.key) in chosen,
        title=f"{circle.name}: {_people(cause, web)}",
        href=comments_href(web, cause.key),
        name=DrawnName.of(name),
    )


def _chosen(cause: MappedCause, survey: Survey, web: Web) -> ChosenCause:
    quotes = next((issue.quotes for issue in survey.report.issues if issue.key == cause.key), ())
    return ChosenCause(
        label=cause.name(web.wording.language),
        people=_people(cause, web),
        href=comments_href(web, cause.key),
        quotes=tuple(quote_text(quote, web.wording) for quote in quotes[:MAX_QUOTES]),
    )


def _people(cause: MappedCause, web: Web) -> str:
    return web.wording("map.people", n=web.wording.count(cause.detractors))


def _row(cause: MappedCause, survey: Survey, chosen: Collection[str], web: Web) -> Row:
    wording = web.wording
    return Row(
        key=str(cause.key),
        label=cause.name(wording.language),
        theme=survey.code_frame.name_of(cause.theme, wording.language),
        kind="" if cause.is_ranked else wording["map.vague"],
        href=comments_href(web, cause.key),
        detractors=wording.count(cause.detractors),
        mentions=wording.count(cause.mentions),
        impact="–" if cause.impact is None else wording.points(cause.impact),
        is_chosen=str(cause.key) in chosen,
    )
