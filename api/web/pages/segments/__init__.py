"""A heat map: how often each complaint is named in each segment, compared with elsewhere."""

from __future__ import annotations

from functools import lru_cache

from fastapi import Response

from api.http.auth import ReadAccess
from api.web.page import Page
from api.web.pages.segments.build import COLUMNS, ChosenDep, csv_rows, nothing_yet, segments
from api.web.pages.segments.context import Segments
from api.web.rendering import WebDep
from api.web.surveys import KEPT, Survey, find_survey
from api.web.tables import csv_file
from saywhy.errors import NothingToAnalyse
from saywhy.heat_map import HeatMap
from service.reports import reading

PAGE = Page("segments", Segments, path="/segments")
router = PAGE.router


@router.get("/segments")
def show(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Response:
    """The heat map of a dimension."""
    if (survey := find_survey(resources, chosen.wave)) is None:
        return web.render(PAGE, nothing_yet())
    waves = reading.list_waves(resources.engine, resources.workspace)
    context = segments(chosen, survey, waves, _heat_map(survey), web)
    return web.render(PAGE, context, address=web.href("/segments", **chosen.query()))


@router.get("/segments.csv")
def save(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Response:
    """All complaints in all segments."""
    if (survey := find_survey(resources, chosen.wave)) is None:
        raise NothingToAnalyse("there is no report yet")
    return csv_file(web, "segments", COLUMNS, csv_rows(survey, _heat_map(survey)))


@lru_cache(maxsize=KEPT)
def _heat_map(survey: Survey) -> HeatMap:
    from service.comparisons import read_heat_map  # loads scipy, which few pages need

    return read_heat_map(survey.engine, survey.workspace, survey.code_frame, survey.wave)
