"""`/v1/imports`: files with responses, which workers import."""

from __future__ import annotations

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from api.http import problems
from api.http.auth import PrincipalDep, ReadAccess, WriteAccess, require
from api.http.idempotency import IdempotencyKey, key_of
from api.http.middleware import MAX_BODY
from api.http.uploads import upload
from api.http.worker_slots import in_slot
from api.v1.jobs import JobOut, accepted
from api.v1.parameters import RowId
from saywhy.access import Scope
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice
from service import imports, jobs, previews
from service.job_kinds import ImportArguments
from service.previews import ImportPreview

router = APIRouter(prefix="/v1/imports", tags=["imports"])

Name = Annotated[str, Field(max_length=500)]

# The body is read as it comes, so its schema is not derived from the function.
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in ("application/octet-stream", "text/csv", "application/json")
        },
    }
}

_REFUSALS = problems.documented(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


class ImportOptions(BaseModel):
    """How to read the file, as the options of `saywhy import`; what is left out is detected."""

    model_config = ConfigDict(extra="forbid")

    file: Name = Field(default="upload", description="The name of the file, for people.", examples=["april.csv"])
    wave: Name | None = Field(default=None, description="The wave of rows that name none.", examples=["2026-Q2"])
    source: Name | None = Field(default=None, description="Where the responses come from.")
    scale: Scale | None = Field(default=None, description="The scale of the scores; only 0-10 is NPS.")
    keep_unknown: bool = Field(default=False, description="Keep columns of unknown meaning as segments.")
    encoding: Annotated[str, Field(max_length=50)] | None = None
    delimiter: Annotated[str, Field(max_length=20)] | None = None
    sheet: Name | None = Field(default=None, description="The sheet of a workbook.")
    mapping: Name | None = Field(default=None, description="A saved mapping; empty for none.")
    save_mapping: Name | None = Field(default=None, description="Save how the file is read under this name.")
    question: Name | None = Field(default=None, description="Words of the question, if several ask for a score.")
    score_column: list[Name] = Field(default=[], max_length=100, description="Repeatable: the branches of a question.")
    comment_column: list[Name] = Field(default=[], max_length=100, description="Repeatable: their texts are joined.")
    id_column: Name | None = None
    answered_column: Name | None = None
    wave_column: Name | None = None
    customer_column: Name | None = None
    name_column: Name | None = None
    email_column: Name | None = None
    account_column: Name | None = None
    revenue_column: Name | None = None
    lifetime_value_column: Name | None = None
    segment_column: list[Name] = Field(default=[], max_length=1000, description="Repeatable.")
    day_first: bool | None = Field(default=None, description="Whether 03/04/2026 is the 3rd of April.")

    def to_arguments(self, upload_key: str) -> ImportArguments:
        columns = ColumnChoice(
            score=tuple(self.score_column) or None,
            comment=tuple(self.comment_column) or None,
            id=self.id_column,
            answered_at=self.answered_column,
            wave=self.wave_column,
            customer_id=self.customer_column,
            name=self.name_column,
            email=self.email_column,
            account=self.account_column,
            revenue=self.revenue_column,
            lifetime_value=self.lifetime_value_column,
            segments=tuple(self.segment_column),
            day_first=self.day_first,
            question=self.question,
        )
        return ImportArguments(
            upload=upload_key,
            file_name=self.file,
            mapping=self.mapping,
            save_mapping=self.save_mapping,
            wave=self.wave,
            source=self.source,
            scale=self.scale,
            columns=columns,
            keep_unknown=self.keep_unknown,
            encoding=self.encoding,
            delimiter=self.delimiter,
            sheet=self.sheet,
        )


Options = Annotated[ImportOptions, Query()]


@router.post(
    "",
    summary="Import a file",
    status_code=HTTPStatus.ACCEPTED,
    responses=_REFUSALS,
    openapi_extra=BODY,
)
async def start_import(
    request: Request, options: Options, resources: WriteAccess, response: Response, key: IdempotencyKey = None
) -> JobOut:
    """Upload a CSV, TSV, XLSX, JSON or JSONL file as the body (256 MiB by default); a job imports it.

    The job's result says how it was read and how many rows are new, changed, unchanged and rejected. When the job has
    ended, the file is deleted.
    """
    files = resources.files
    async with upload(request, files, options.file, resources.upload_limit) as uploaded:
        arguments = options.to_arguments(uploaded.key)
        request_key = None if key is None else key_of(request, key, uploaded.digest)
        job = await in_slot(request, jobs.start, resources.engine, resources.workspace, arguments, request_key)
        if job.arguments["upload"] != uploaded.key:  # of an earlier request with this key
            await run_sync(files.delete_upload, uploaded.key)
    return accepted(job, response)


@router.post(
    "/preview",
    summary="Preview an import",
    responses={**_REFUSALS, **problems.documented(HTTPStatus.NOT_FOUND)},  # of the mapping
    openapi_extra=BODY,
)
async def preview_import(request: Request, options: Options, resources: WriteAccess) -> ImportPreview:
    """How a file of at most 8 MiB would be read: its columns with role and examples, and its first rows.

    Of a larger file, send the beginning. Nothing is stored but the mapping, with `save_mapping`.
    """
    files = resources.files
    async with upload(request, files, options.file, MAX_BODY) as uploaded:
        reading = options.to_arguments(uploaded.key).reading_options

        def preview() -> ImportPreview:
            return previews.preview_file(resources.engine, resources.workspace, uploaded.path, **reading)

        previewed = await in_slot(request, preview)
    await run_sync(files.delete_upload, uploaded.key)
    return previewed


@router.get(
    "/{import_id}/rejections",
    summary="Download rejected rows",
    response_class=FileResponse,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "Line, reason and row of each."},
        **problems.documented(HTTPStatus.NOT_FOUND),
    },
)
def download_rejections(
    import_id: Annotated[RowId, PathParameter(description="`import_id` of the job's result.")],
    resources: ReadAccess,
    principal: PrincipalDep,
) -> FileResponse:
    """The rejected rows of an import as CSV, which needs the scope `pii` too: they are as they were sent.

    Those of an anonymous workspace are without text.
    """
    require(principal, Scope.PII)
    # By way of a file, so that a slow client holds no transaction open.
    with tempfile.NamedTemporaryFile(suffix=".csv", delete=False) as file:
        path = Path(file.name)
    try:
        imports.write_rejections(resources.engine, resources.workspace, import_id, path)
    except BaseException:
        path.unlink()
        raise
    return FileResponse(
        path,
        media_type="text/csv; charset=utf-8",
        filename=f"rejections-{import_id}.csv",
        background=BackgroundTask(path.unlink),
    )
