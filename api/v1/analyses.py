"""`/v1/analyses`: analysing the responses in the background."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import Field

from api.http import problems
from api.http.auth import WriteAccess
from api.http.bodies import SentObject
from api.http.idempotency import RequestKeyDep
from api.v1.jobs import JobOut, accepted
from service import jobs
from service.job_kinds import AnalyseArguments

router = APIRouter(prefix="/v1/analyses", tags=["jobs"])


class NewAnalysis(SentObject):
    """What to analyse."""

    refit: bool = Field(
        default=False, description="Cluster all feedback into topics again; known topics keep their ids."
    )


@router.post(
    "",
    summary="Start an analysis",
    status_code=HTTPStatus.ACCEPTED,
    responses=problems.documented(HTTPStatus.UNPROCESSABLE_ENTITY),
)
def start_analysis(
    resources: WriteAccess, request_key: RequestKeyDep, response: Response, body: NewAnalysis | None = None
) -> JobOut:
    """Annotate what is new, find causes and write the reports, as a job. One that still waits is not added twice."""
    arguments = AnalyseArguments(refit=body.refit if body else False)
    return accepted(jobs.start(resources.engine, resources.workspace, arguments, request_key), response)
