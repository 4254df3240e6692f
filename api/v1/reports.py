"""Reports as JSON."""

from __future__ import annotations

import json
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field, JsonValue

from api.http import problems
from api.http.auth import PrincipalDep, ReadAccess, require
from api.http.dependencies import Resources
from pipelines.render import to_json
from saywhy.access import Scope
from saywhy.benchmark import Against
from saywhy.errors import InvalidInput
from saywhy.report import Report
from service.reports import reading

router = APIRouter(prefix="/v1/reports", tags=["reports"])

Wave = Annotated[str, Path(description="A wave, or `all` waves together.", examples=["2026-Q1"])]

AgainstQuery = Annotated[
    str | None,
    Query(
        alias="against",
        description="Compare with `wave:WAVE`, `segment:NAME=VALUE` or `workspace:NAME[/WAVE]`.",
        examples=["wave:2025-Q4"],
    ),
]

EXAMPLE: dict[str, JsonValue] = json.loads(
    files("api.v1").joinpath("examples", "report.json").read_text(encoding="utf-8")
)


class Waves(BaseModel):
    """The waves that have a report; `all` is all waves together."""

    waves: list[str] = Field(examples=[["2026-Q1", "2026-Q2", "all"]])


@router.get("", summary="List the reports")
def list_reports(resources: ReadAccess) -> Waves:
    """The waves of the latest analysis."""
    return Waves(waves=list(reading.list_waves(resources.engine, resources.workspace)))


# The name of a wave may contain a slash (`Q1/2026`), hence `path`.
@router.get(
    "/{wave:path}",
    summary="Read a report",
    response_model=Report,
    responses={
        304: {"description": "The report is the one of `If-None-Match`."},
        **problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    },
)
def read_report(
    request: Request,
    wave: Wave,
    resources: ReadAccess,
    principal: PrincipalDep,
    against: AgainstQuery = None,
    staff_names: Annotated[
        bool, Query(description="Show names of employees in quotes, which needs the scope `pii`; not with `against`.")
    ] = False,
) -> Response:
    """The ranking of what costs NPS points in one wave, with quotes as evidence, and with a benchmark on request.

    Without a benchmark it has an `ETag`: sent back as `If-None-Match`, it saves reading the same report again.
    """
    if staff_names:
        require(principal, Scope.PII)
        if against is not None:
            raise InvalidInput("give either `against` or `staff_names`")
        report = reading.read_report(resources.engine, resources.workspace, wave, show_staff_names=True)
        return Response(to_json(report), media_type="application/json")
    if against is not None:
        return Response(to_json(compared_report(resources, wave, against)), media_type="application/json")
    stored = reading.read_stored(resources.engine, resources.workspace, wave)
    rendering = resources.renderings.get((stored, "json"), lambda: to_json(stored.report()).encode())
    return rendering.respond(request, "application/json")


def compared_report(resources: Resources, wave: str, against: str) -> Report:
    """The latest report on a wave, with what it is compared with."""
    from service.benchmarks import read_report_against  # loads scipy, which nothing else that is served needs

    return read_report_against(
        resources.engine,
        resources.workspace,
        resources.annotator.code_frame,
        Against.parse(against),
        wave,
        workspaces=resources.benchmark_workspaces,
    )
