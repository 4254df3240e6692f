"""The pebbles board: what fixing each complaint takes, beside what it costs. `build` makes the context (`context`)."""

from __future__ import annotations

from typing import Literal

from fastapi import Response

from api.http.auth import ReadAccess, WriteAccess
from api.web.forms import FormDep, value_of
from api.web.page import Page
from api.web.pages.pebbles.build import COLUMNS, PATH, csv_rows, nothing_yet, pebbles
from api.web.pages.pebbles.context import Pebbles
from api.web.rendering import WebDep
from api.web.surveys import find_survey
from api.web.tables import csv_file
from saywhy.errors import NothingToAnalyse
from service.efforts import set_effort

PAGE = Page("pebbles", Pebbles, path=PATH)
router = PAGE.router


@router.get(PATH)
def show(web: WebDep, resources: ReadAccess, rows: Literal["", "all"] = "") -> Response:
    """The board of all waves."""
    if (survey := find_survey(resources)) is None:
        return web.render(PAGE, nothing_yet())
    return web.render(PAGE, pebbles(survey, rows, web), address=web.href(PATH, rows=rows))


@router.get("/pebbles.csv")
def save(web: WebDep, resources: ReadAccess) -> Response:
    """All complaints with their efforts."""
    if (survey := find_survey(resources)) is None:
        raise NothingToAnalyse("there is no report yet")
    return csv_file(web, "pebbles", COLUMNS, csv_rows(survey.report))


@router.post(PATH)
def weigh(web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Set the effort of a complaint; an empty one removes it."""
    effort = value_of(form, "effort").strip() or "none"
    set_effort(resources.engine, resources.workspace, value_of(form, "cause"), effort, by=web.principal.name)
    return web.see(value_of(form, "next"))
