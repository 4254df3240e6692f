"""A heat map: how often each complaint is named in each segment, compared with elsewhere."""

from __future__ import annotations

from functools import lru_cache

from fastapi import Response

from api.http.auth import ReadAccess
from api.web.downloads import Downloads, offer
from api.web.figures import Figure
from api.web.page import Page
from api.web.pages.segments.build import ChosenDep, nothing_yet, segments
from api.web.pages.segments.context import Segments
from api.web.pages.segments.files import heat_figure, heat_table
from api.web.rendering import WebDep
from api.web.surveys import KEPT, Survey, find_survey, read_survey
from saywhy.heat_map import HeatMap
from service.reports import reading

PATH = "/segments"
PAGE = Page("segments", Segments, path=PATH)
router = PAGE.router


def downloads(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Downloads:
    """The heat map of the chosen dimension, as a table of all dimensions if none is chosen."""
    survey = read_survey(resources, chosen.wave)
    waves = reading.list_waves(resources.engine, resources.workspace)

    def figure() -> Figure | None:
        return heat_figure(segments(chosen, survey, waves, _heat_map(survey), web).heat, web.wording)

    return Downloads(
        {"segments": lambda: heat_table(survey, _heat_map(survey), chosen.dimension, web.wording)},
        {"segments": figure},
    )


offer(PAGE, PATH, "segments", downloads)


@router.get(PATH)
def show(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Response:
    """The heat map of a dimension."""
    if (survey := find_survey(resources, chosen.wave)) is None:
        return web.render(PAGE, nothing_yet())
    waves = reading.list_waves(resources.engine, resources.workspace)
    context = segments(chosen, survey, waves, _heat_map(survey), web)
    return web.render(PAGE, context, address=web.href(PATH, **chosen.query()))


@lru_cache(maxsize=KEPT)
def _heat_map(survey: Survey) -> HeatMap:
    from service.comparisons import read_heat_map  # loads scipy, which few pages need

    return read_heat_map(survey.engine, survey.workspace, survey.code_frame, survey.wave, as_analysed=True)
