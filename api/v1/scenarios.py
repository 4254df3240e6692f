"""`/v1/scenarios`: what the NPS would be if causes were named less often."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import ReadAccess
from saywhy.report import ALL_WAVES
from saywhy.scenario import Scenario

router = APIRouter(prefix="/v1/scenarios", tags=["reports"])

Causes = Annotated[
    list[str],
    Query(
        alias="cause", min_length=1, max_length=50, description="Causes of the ranking.", examples=[["theme:support"]]
    ),
]
Wave = Annotated[str, Query(description="A wave, or `all` waves together.", examples=["2026-Q1"])]

_NPS = {"value": 12.4, "low": 7.9, "high": 16.9}
_GAIN = {"value": 2.1, "low": 1.2, "high": 3.0}
EXAMPLE = [{"causes": ["theme:support"], "fewer": 0.5, "responses": 84, "gain": _GAIN, "nps": _NPS}]


class Scenarios(BaseModel):
    """The NPS if half of the responses that name any of the causes named none of them, and if all did."""

    scenarios: list[Scenario] = Field(examples=[EXAMPLE])


@router.get(
    "",
    summary="What it would bring",
    responses=problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def read_scenarios(causes: Causes, resources: ReadAccess, wave: Wave = ALL_WAVES) -> Scenarios:
    """The causes are taken together, with joint intervals. An association, not a promise."""
    from service.scenarios import what_if  # loads scipy, which nothing else that is served needs

    code_frame = resources.annotator.code_frame
    return Scenarios(scenarios=list(what_if(resources.engine, resources.workspace, code_frame, causes, wave)))
