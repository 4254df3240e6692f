"""A map of the complaints: near each other where they are said in similar words, sized by the detractors who name them.

`build` makes the context (`context`).
"""

from __future__ import annotations

from functools import lru_cache

from fastapi import Response

from api.http.auth import ReadAccess
from api.web.page import Page
from api.web.pages.cause_map.build import COLUMNS, cause_map, csv_rows, nothing_yet
from api.web.pages.cause_map.context import CauseMap
from api.web.rendering import WebDep
from api.web.surveys import KEPT, Survey, find_survey
from api.web.tables import csv_file
from saywhy.cause_map import MappedCause
from saywhy.errors import NothingToAnalyse
from service.cause_map import read_cause_map

PAGE = Page("map", CauseMap, path="/map")
router = PAGE.router


@router.get("/map")
def show(web: WebDep, resources: ReadAccess) -> Response:
    """The complaints of all waves in the plane."""
    if (survey := find_survey(resources)) is None:
        return web.render(PAGE, nothing_yet())
    return web.render(PAGE, cause_map(survey, _mapped(survey), web))


@router.get("/map.csv")
def save(web: WebDep, resources: ReadAccess) -> Response:
    """The complaints with their places."""
    if (survey := find_survey(resources)) is None:
        raise NothingToAnalyse("there is no report yet")
    return csv_file(web, "map", COLUMNS, csv_rows(_mapped(survey)))


@lru_cache(maxsize=KEPT)
def _mapped(survey: Survey) -> tuple[MappedCause, ...]:
    return read_cause_map(survey.engine, survey.workspace)
