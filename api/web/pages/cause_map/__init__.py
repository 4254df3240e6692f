"""A map of the complaints: near each other where they are said in similar words, sized by the detractors who name them.

`build` makes the context (`context`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from api.http.auth import ReadAccess
from api.web.page import Page
from api.web.pages.cause_map.build import COLUMNS, MOST, cause_map, csv_rows, nothing_yet
from api.web.pages.cause_map.context import CauseMap
from api.web.rendering import WebDep
from api.web.surveys import Survey, find_survey
from api.web.tables import csv_file
from saywhy.cause_map import MappedCause
from saywhy.errors import NothingToAnalyse
from service.cause_map import read_cause_map

#: The keys of selected complaints.
Chosen = Annotated[list[str] | None, Query(max_length=MOST)]

PAGE = Page("map", CauseMap, path="/map")
router = PAGE.router


@router.get("/map")
def show(web: WebDep, resources: ReadAccess, cause: Chosen = None) -> Response:
    """The complaints of all waves in the plane, with quotes of those that are selected."""
    if (survey := find_survey(resources)) is None:
        return web.render(PAGE, nothing_yet())
    chosen = list(dict.fromkeys(cause or ()))
    context = cause_map(survey, _mapped(survey), chosen, web)
    return web.render(PAGE, context, address=web.href("/map", cause=chosen))


@router.get("/map.csv")
def save(web: WebDep, resources: ReadAccess) -> Response:
    """The complaints with their places."""
    if (survey := find_survey(resources)) is None:
        raise NothingToAnalyse("there is no report yet")
    return csv_file(web, "map", COLUMNS, csv_rows(_mapped(survey)))


def _mapped(survey: Survey) -> tuple[MappedCause, ...]:
    return read_cause_map(survey.engine, survey.workspace)
