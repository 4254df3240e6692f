"""`/v1/jobs`: what workers do in the background, and how far they are."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field, JsonValue

from api.http import problems
from api.http.auth import ReadAccess, WriteAccess
from api.v1.parameters import Cursor, Limit, RowId
from saywhy.job import Job, JobState
from service import jobs
from service.paging import PAGE

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

JobId = Annotated[RowId, Path(description="The number of a job.", examples=[7])]

# Of the server, not for clients.
_INTERNAL = ("upload", "file")


class ProgressOut(BaseModel):
    """How far a job is."""

    step: str | None = Field(description="What is being done; null before the job starts.", examples=["annotate"])
    done: int
    total: int = Field(description="0: not known.")


class JobOut(BaseModel):
    """A job."""

    id: int = Field(examples=[7])
    kind: str = Field(description="`import`, `analyse`, `export`, `receive`, `pull` or `digest`.", examples=["analyse"])
    state: JobState
    progress: ProgressOut
    arguments: dict[str, JsonValue] = Field(description="What was asked for.", examples=[{"refit": False}])
    result: dict[str, JsonValue] | None = Field(description="What came of it; null unless it has succeeded.")
    detail: str | None = Field(description="Why it failed, was cancelled, or waits.")
    attempts: int = Field(description="Attempts that ended with an error, or because the process died.")
    is_cancelling: bool = Field(description="It was asked to stop.")
    created_at: datetime
    due_at: datetime = Field(description="It does not start before.")
    started_at: datetime | None
    ended_at: datetime | None
    links: dict[str, str] = Field(
        description="Where to find the job (`self`), the file of an export (`download`), and the rejected rows of an "
        "import (`rejections`).",
        examples=[{"self": "/v1/jobs/7"}],
    )

    @classmethod
    def of(cls, job: Job) -> JobOut:
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            progress=ProgressOut(step=job.progress.step, done=job.progress.done, total=job.progress.total),
            arguments={name: value for name, value in job.arguments.items() if name not in _INTERNAL},
            result=job.result and {name: value for name, value in job.result.items() if name not in _INTERNAL},
            detail=job.detail,
            attempts=job.attempts,
            is_cancelling=job.is_cancelling,
            created_at=job.created_at,
            due_at=job.due_at,
            started_at=job.started_at,
            ended_at=job.ended_at,
            links=_links(job),
        )


class Jobs(BaseModel):
    """Jobs, the latest first."""

    jobs: list[JobOut]
    next: str | None = Field(description="The cursor of the next page; null at the end.")


def accepted(job: Job, response: Response) -> JobOut:
    """The answer to a request that started a job: its `Location` is where to look for the outcome."""
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobOut.of(job)


@router.get("", summary="List the jobs", responses=problems.documented(HTTPStatus.BAD_REQUEST))
def list_jobs(
    resources: ReadAccess,
    kind: Annotated[
        str | None,
        Query(
            max_length=32,
            pattern="^[a-z]+$",
            description="Only `import`, `analyse`, `export`, `receive`, `pull` or `digest`.",
        ),
    ] = None,
    state: Annotated[list[JobState] | None, Query(description="Only jobs in these states.")] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Jobs:
    """The jobs, the latest first. Those that ended more than 30 days ago (`SAYWHY_JOB_RETENTION`) are deleted."""
    page = jobs.list_jobs(
        resources.engine, resources.workspace, limit=limit, cursor=cursor, kind=kind, states=state or ()
    )
    return Jobs(jobs=[JobOut.of(job) for job in page.entries], next=page.next)


@router.get("/{job}", summary="Read a job", responses=problems.documented(HTTPStatus.NOT_FOUND))
def read_job(job: JobId, resources: ReadAccess) -> JobOut:
    """State, progress and result of a job."""
    return JobOut.of(jobs.find_job(resources.engine, resources.workspace, job))


@router.post(
    "/{job}/cancel",
    summary="Cancel a job",
    responses=problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def cancel_job(job: JobId, resources: WriteAccess) -> JobOut:
    """A job that waits is cancelled at once; a running one stops within seconds, and what it has saved stays."""
    return JobOut.of(jobs.cancel_job(resources.engine, resources.workspace, resources.files, job))


def _links(job: Job) -> dict[str, str]:
    links = {"self": f"/v1/jobs/{job.id}"}
    if job.result and "file" in job.result:
        links["download"] = f"/v1/exports/{job.id}"
    if job.result and "import_id" in job.result:
        links["rejections"] = f"/v1/imports/{job.result['import_id']}/rejections"
    return links
