"""What the NPS would be if some complaints were named less often. `build` makes the context (`context`)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import Response

from api.http.auth import ReadAccess
from api.web.page import Page
from api.web.pages.what_if.build import COLUMNS, SHARES, Chosen, ChosenDep, csv_rows, nothing_yet, pickable, what_if
from api.web.pages.what_if.context import WhatIf
from api.web.rendering import WebDep
from api.web.surveys import KEPT, Survey, find_survey
from api.web.tables import csv_file
from saywhy.errors import InvalidInput, NothingToAnalyse
from saywhy.scenario import Scenario
from service.reports import reading

if TYPE_CHECKING:
    from service.scenarios import ScenarioBase

PAGE = Page("what_if", WhatIf, path="/what-if")
router = PAGE.router


@router.get("/what-if")
def show(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Response:
    """The complaints to pick from and, as soon as some are picked, the NPS."""
    if (survey := find_survey(resources, chosen.wave)) is None:
        return web.render(PAGE, nothing_yet())
    chosen = existing(chosen, survey)
    waves = reading.list_waves(resources.engine, resources.workspace)
    _base(survey)  # refused for anonymous workspaces before anything is picked
    scenarios = _scenarios(survey, chosen.cause) if chosen.cause else ()
    context = what_if(chosen, survey, waves, scenarios, web)
    return web.render(PAGE, context, address=web.href("/what-if", **chosen.query()))


@router.get("/what-if.csv")
def save(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Response:
    """The NPS for each share."""
    if (survey := find_survey(resources, chosen.wave)) is None:
        raise NothingToAnalyse("there is no report yet")
    if not (causes := existing(chosen, survey).cause):
        raise InvalidInput("choose at least one cause of the report: ?cause=theme:support")
    return csv_file(web, "what-if", COLUMNS, csv_rows(_scenarios(survey, causes)))


def existing(chosen: Chosen, survey: Survey) -> Chosen:
    """Without the complaints that nobody names in this wave: somebody may pick some and then choose another wave."""
    known = [str(node.issue.key) for node in pickable(survey.report)]
    return replace(chosen, cause=tuple(key for key in known if key in chosen.cause))


@lru_cache(maxsize=KEPT)
def _scenarios(survey: Survey, causes: tuple[str, ...]) -> tuple[Scenario, ...]:
    return _base(survey).scenarios(causes, SHARES)


@lru_cache(maxsize=2)  # it has all responses
def _base(survey: Survey) -> ScenarioBase:
    from service.scenarios import read_scenario_base  # loads scipy, which few pages need

    return read_scenario_base(survey.engine, survey.workspace, survey.code_frame, survey.wave)
