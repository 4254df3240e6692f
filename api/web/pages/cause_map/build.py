"""Builds the context of the map."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from api.web.addresses import in_path
from api.web.labels import Circle, PlacedName, placed_names
from api.web.pages.cause_map.context import Bubble, CauseMap, ChosenCause, Drawing, Line, Row
from api.web.rendering import Web
from api.web.surveys import Survey, comments_href
from models.arrays import unpack
from pipelines.render.ranking import quote_text
from saywhy.cause_map import MappedCause
from saywhy.report import ALL_WAVES

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
class Place:
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
        drawings=tuple(_drawing(shape, causes, survey, chosen, web) for shape in SHAPES) if causes else (),
        chosen=tuple(_chosen(cause, survey, web) for cause in causes if str(cause.key) in chosen),
        rows=tuple(_row(cause, survey, chosen, web) for cause in causes),
        csv=web.href("/map.csv"),
    )


def csv_rows(mapped: Sequence[MappedCause]) -> Iterator[Sequence[object]]:
    """A row for each complaint that is drawn, with its place in the wide drawing as shares of its width and height."""
    causes, shape = tuple(mapped[:MOST]), SHAPES[0]
    for cause, place in zip(causes, places(causes, shape), strict=True):
        counts = cause.detractors, cause.mentions, cause.impact
        own = cause.key.kind, cause.key.id, cause.label, cause.theme, *counts, cause.is_ranked, cause.is_discovered
        yield *own, place.x / shape.width, place.y / shape.height


def places(causes: tuple[MappedCause, ...], shape: Shape) -> tuple[Place, ...]:
    """Where the complaints lie, in their order."""
    return _places(tuple((cause.vector, cause.detractors) for cause in causes), shape)


@lru_cache(maxsize=16)
def _places(circles: tuple[tuple[bytes, int], ...], shape: Shape) -> tuple[Place, ...]:
    import numpy as np

    from pipelines.topics.plane import plane

    if not circles:
        return ()
    most = max(detractors for _, detractors in circles)
    radii = [max(shape.least, shape.largest * math.sqrt(detractors / most)) for _, detractors in circles]
    vectors = np.stack([unpack(vector) for vector, _ in circles])
    margin = shape.font / 2
    centres = plane(vectors, np.array(radii), shape.width, shape.height, margin)
    return tuple(Place(x, y, r) for (x, y), r in zip(centres.tolist(), radii, strict=True))


def _drawing(
    shape: Shape, causes: tuple[MappedCause, ...], survey: Survey, chosen: Collection[str], web: Web
) -> Drawing:
    placed = places(causes, shape)
    labels = [_label(cause, web) for cause in causes]
    circles = [Circle(place.x, place.y, place.r, label) for place, label in zip(placed, labels, strict=True)]
    names = placed_names(circles, shape.width, shape.height, shape.font)
    return Drawing(
        shape=shape.name,
        view_box=f"0 0 {shape.width:g} {shape.height:g}",
        bubbles=tuple(
            _bubble(cause, circle, name, survey, chosen, web)
            for cause, circle, name in zip(causes, circles, names, strict=True)
        ),
    )


def _bubble(
    cause: MappedCause, circle: Circle, name: PlacedName | None, survey: Survey, chosen: Collection[str], web: Web
) -> Bubble:
    return Bubble(
        key=str(cause.key),
        kind="ranked" if cause.is_ranked else "discovered",
        x=f"{circle.x:.1f}",
        y=f"{circle.y:.1f}",
        r=f"{circle.r:.1f}",
        is_chosen=str(cause.key) in chosen,
        title=f"{circle.name}: {_people(cause, web)}",
        href=_href(cause, survey, web),
        name_x=f"{name.x:.1f}" if name else "",
        anchor=name.anchor if name else "",
        lines=tuple(Line(f"{y:.1f}", text) for y, text in name.lines) if name else (),
    )


def _chosen(cause: MappedCause, survey: Survey, web: Web) -> ChosenCause:
    quotes = next((issue.quotes for issue in survey.report.issues if issue.key == cause.key), ())
    return ChosenCause(
        label=_label(cause, web),
        people=_people(cause, web),
        href=_href(cause, survey, web),
        quotes=tuple(quote_text(quote, web.wording) for quote in quotes[:MAX_QUOTES]),
    )


def _people(cause: MappedCause, web: Web) -> str:
    return web.wording("map.people", n=web.wording.count(cause.detractors))


def _row(cause: MappedCause, survey: Survey, chosen: Collection[str], web: Web) -> Row:
    wording, code_frame = web.wording, survey.code_frame
    return Row(
        key=str(cause.key),
        label=_label(cause, web),
        theme=code_frame[cause.theme].name(wording.language) if cause.theme in code_frame.ids else cause.theme,
        kind="" if cause.is_ranked else wording["map.vague"],
        href=_href(cause, survey, web),
        detractors=wording.count(cause.detractors),
        mentions=wording.count(cause.mentions),
        impact="–" if cause.impact is None else wording.points(cause.impact),
        is_chosen=str(cause.key) in chosen,
    )


def _label(cause: MappedCause, web: Web) -> str:
    """The name in the reader's language, if there is one."""
    return cause.labels.get(web.wording.language, cause.label)


def _href(cause: MappedCause, survey: Survey, web: Web) -> str | None:
    """To the comments, else to the row of the report."""
    if href := comments_href(web, cause.key):
        return href
    rank = next((issue.rank for issue in survey.report.issues if issue.key == cause.key), None)
    report = web.href(f"/reports/{in_path(ALL_WAVES)}", language=web.wording.language)
    return None if rank is None else f"{report}#detractors-{rank}"
