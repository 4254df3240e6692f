"""`/v1/exports`: files with all responses and what is said of them, made in the background."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import Field

from api.http import problems
from api.http.auth import ReadAccess, WriteAccess
from api.http.bodies import Items, SentObject
from api.http.idempotency import RequestKeyDep
from api.v1.jobs import JobId, JobOut, accepted
from saywhy.export_format import ExportFormat
from saywhy.feedback import Segment
from saywhy.report import ALL_WAVES
from service import jobs
from service.job_kinds import ExportArguments

router = APIRouter(prefix="/v1/exports", tags=["jobs"])


class NewExport(SentObject):
    """Which responses, and the format of the file."""

    format: ExportFormat = ExportFormat.CSV
    wave: str = Field(default=ALL_WAVES, max_length=500, description="Only those of a wave, or `all`.")
    segments: Items[Annotated[str, Field(max_length=1000)]] = Field(
        default=[], max_length=20, description="Only those in all of these segments.", examples=[["region=north"]]
    )
    cause: str | None = Field(
        default=None, max_length=500, description="Only those that name this cause: the id or label of a topic."
    )


@router.post(
    "",
    summary="Start an export",
    status_code=HTTPStatus.ACCEPTED,
    responses=problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def start_export(body: NewExport, resources: WriteAccess, request_key: RequestKeyDep, response: Response) -> JobOut:
    """Write a file with a row for each response, as a job. Personal data in comments is masked.

    Anonymous workspaces export nothing.
    """
    for segment in body.segments:
        Segment.parse(segment)
    arguments = ExportArguments(body.format, body.wave, tuple(body.segments), body.cause)
    return accepted(jobs.start(resources.engine, resources.workspace, arguments, request_key), response)


@router.get(
    "/{job}",
    summary="Download an export",
    response_class=FileResponse,
    responses={
        200: {
            "content": {form.media_type: {"schema": {"type": "string", "format": "binary"}} for form in ExportFormat},
            "description": "The file.",
        },
        **problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE),
    },
)
def download_export(job: JobId, resources: ReadAccess) -> FileResponse:
    """The file of an export that has succeeded. It can be downloaded for seven days."""
    file = jobs.find_export(resources.engine, resources.workspace, resources.files, job)
    return FileResponse(file.path, media_type=file.format.media_type, filename=file.path.name)
