"""The pebbles board: what fixing each complaint takes, beside what it costs. `build` makes the context (`context`)."""

from __future__ import annotations

from typing import Literal

from fastapi import Response

from api.http.auth import ReadAccess, WriteAccess
from api.web.downloads import Downloads, offer
from api.web.forms import FormDep, value_of
from api.web.page import Page
from api.web.pages.pebbles.build import PATH, nothing_yet, pebbles
from api.web.pages.pebbles.context import Pebbles
from api.web.pages.pebbles.files import pebble_figure, pebble_table
from api.web.rendering import WebDep
from api.web.surveys import find_survey, read_survey
from service.efforts import set_effort

PAGE = Page("pebbles", Pebbles, path=PATH)
router = PAGE.router


def downloads(web: WebDep, resources: ReadAccess) -> Downloads:
    """All complaints with their efforts, and the board."""
    survey = read_survey(resources)
    return Downloads(
        {"pebbles": lambda: pebble_table(survey, web.wording)}, {"pebbles": lambda: pebble_figure(survey, web)}
    )


offer(PAGE, PATH, "pebbles", downloads)


@router.get(PATH)
def show(web: WebDep, resources: ReadAccess, rows: Literal["", "all"] = "") -> Response:
    """The board of all waves."""
    if (survey := find_survey(resources)) is None:
        return web.render(PAGE, nothing_yet())
    return web.render(PAGE, pebbles(survey, rows, web), address=web.href(PATH, rows=rows))


@router.post(PATH)
def weigh(web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Set the effort of a complaint; an empty one removes it."""
    effort = value_of(form, "effort").strip() or "none"
    set_effort(resources.engine, resources.workspace, value_of(form, "cause"), effort, by=web.principal.name)
    return web.see(value_of(form, "next"))
