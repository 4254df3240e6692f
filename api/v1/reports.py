"""Reports as JSON."""

from __future__ import annotations

import json
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field, JsonValue

from api.http import problems
from api.http.dependencies import ResourcesDep
from pipelines.render import to_json
from saywhy.report import Report
from service.reports import reading

router = APIRouter(prefix="/v1/reports", tags=["reports"])

Wave = Annotated[str, Path(description="A wave, or `all` waves together.", examples=["2026-Q1"])]

EXAMPLE: dict[str, JsonValue] = json.loads(
    files("api.v1").joinpath("examples", "report.json").read_text(encoding="utf-8")
)


class Waves(BaseModel):
    """The waves that have a report; `all` is all waves together."""

    waves: list[str] = Field(examples=[["2026-Q1", "2026-Q2", "all"]])


@router.get("", summary="List the reports")
def list_reports(resources: ResourcesDep) -> Waves:
    """The waves of the latest analysis."""
    return Waves(waves=list(reading.list_waves(resources.engine, resources.workspace)))


# The name of a wave may contain a slash (`Q1/2026`), hence `path`.
@router.get(
    "/{wave:path}",
    summary="Read a report",
    response_model=Report,
    responses={
        200: {"content": {"application/json": {"example": EXAMPLE}}},
        **problems.documented(HTTPStatus.NOT_FOUND),
    },
)
def read_report(wave: Wave, resources: ResourcesDep) -> Response:
    """The ranking of what costs NPS points in one wave, with quotes as evidence."""
    report = reading.read_report(resources.engine, resources.workspace, wave)
    return Response(to_json(report), media_type="application/json")
