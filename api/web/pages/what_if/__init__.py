"""What the NPS would be if some complaints were named less often. `build` makes the context (`context`)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import Response

from api.http.auth import ReadAccess
from api.web.downloads import Downloads, offer
from api.web.page import Page
from api.web.pages.what_if.build import SHARES, Chosen, ChosenDep, nothing_yet, pickable, what_if
from api.web.pages.what_if.context import WhatIf
from api.web.pages.what_if.files import scenario_figure, scenario_table
from api.web.rendering import WebDep
from api.web.surveys import KEPT, Survey, find_survey, read_survey
from saywhy.errors import InvalidInput
from saywhy.scenario import Scenario
from service.reports import reading

if TYPE_CHECKING:
    from service.scenarios import ScenarioBase

PATH = "/what-if"
PAGE = Page("what_if", WhatIf, path=PATH)
router = PAGE.router


def downloads(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Downloads:
    """The NPS for each share. Raises `InvalidInput` while nothing is picked."""
    survey = read_survey(resources, chosen.wave)
    picked = existing(chosen, survey)
    if not picked.cause:
        raise InvalidInput("choose at least one cause of the report: ?cause=theme:support")
    waves = reading.list_waves(resources.engine, resources.workspace)
    scenarios = _scenarios(survey, picked.cause)
    return Downloads(
        {"scenarios": lambda: scenario_table(scenarios, web.wording)},
        {"scenarios": lambda: scenario_figure(what_if(picked, survey, waves, scenarios, web), web.wording)},
    )


offer(PAGE, PATH, "what-if", downloads)


@router.get(PATH)
def show(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Response:
    """The complaints to pick from and, as soon as some are picked, the NPS."""
    if (survey := find_survey(resources, chosen.wave)) is None:
        return web.render(PAGE, nothing_yet())
    chosen = existing(chosen, survey)
    waves = reading.list_waves(resources.engine, resources.workspace)
    _base(survey)  # refused for anonymous workspaces before anything is picked
    scenarios = _scenarios(survey, chosen.cause) if chosen.cause else ()
    context = what_if(chosen, survey, waves, scenarios, web)
    return web.render(PAGE, context, address=web.href(PATH, **chosen.query()))


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

    return read_scenario_base(survey.engine, survey.workspace, survey.code_frame, survey.wave, as_analysed=True)
