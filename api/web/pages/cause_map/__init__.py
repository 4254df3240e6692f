"""A map of the complaints: near each other where they are said in similar words, sized by the detractors who name them.

`build` makes the context (`context`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from api.http.auth import ReadAccess
from api.web.downloads import Downloads, offer
from api.web.page import Page
from api.web.pages.cause_map.build import MOST, cause_map, nothing_yet
from api.web.pages.cause_map.context import CauseMap
from api.web.pages.cause_map.files import map_figure, map_table
from api.web.rendering import WebDep
from api.web.surveys import Survey, find_survey, read_survey
from saywhy.cause_map import MappedCause
from service.cause_map import read_cause_map

#: The keys of selected complaints.
Chosen = Annotated[list[str] | None, Query(max_length=MOST)]

PATH = "/map"
PAGE = Page("map", CauseMap, path=PATH)
router = PAGE.router


def downloads(web: WebDep, resources: ReadAccess) -> Downloads:
    """The complaints with their places, and the drawing."""
    survey = read_survey(resources)
    return Downloads(
        {"causes": lambda: map_table(survey, _mapped(survey), web.wording)},
        {"causes": lambda: map_figure(survey, _mapped(survey), web)},
    )


offer(PAGE, PATH, "map", downloads)


@router.get(PATH)
def show(web: WebDep, resources: ReadAccess, cause: Chosen = None) -> Response:
    """The complaints of all waves in the plane, with quotes of those that are selected."""
    if (survey := find_survey(resources)) is None:
        return web.render(PAGE, nothing_yet())
    chosen = list(dict.fromkeys(cause or ()))
    context = cause_map(survey, _mapped(survey), chosen, web)
    return web.render(PAGE, context, address=web.href(PATH, cause=chosen))


def _mapped(survey: Survey) -> tuple[MappedCause, ...]:
    return read_cause_map(survey.engine, survey.workspace)
