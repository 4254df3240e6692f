"""`/v1/corrections/…`: labels from and for files, how far people agree, suspect labels, and what to label next."""

from __future__ import annotations

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from api.http import problems
from api.http.auth import PersonalDataDep, PrincipalDep, ReadAccess, WriteAccess
from api.http.bodies import SentObject
from api.http.uploads import SENT_BY_FORMS
from api.v1.parameters import RowId
from pipelines.label_formats.files import MEDIA_TYPES, LabelFormat, read_labels, write_labels
from service.labelling.agreement import LabelAgreement, read_agreement
from service.labelling.exporting import export_labels
from service.labelling.importing import ImportedLabels, import_labels
from service.labelling.selection import NextComment, Strategy, next_comments
from service.labelling.suspects import Decision, Suspect, decide, list_suspects

router = APIRouter(prefix="/v1/corrections", tags=["comments"])

#: Rejected records that are listed.
MAX_LISTED = 100

_CONFLICT = problems.documented(HTTPStatus.CONFLICT)

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in ("application/octet-stream", *dict.fromkeys(MEDIA_TYPES.values()))
        },
    }
}


#: What a file is, by its media type: those of labelling tools are lists in JSON.
FILES: dict[str, Any] = {
    media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES.values()
}
FILES["application/json"] = {"schema": {"type": "array", "items": {"type": "object"}}}


class RejectedRecordOut(BaseModel):
    """Labels that were not kept."""

    position: int = Field(description="The line of the file, or the number of the task or record in it, from 1.")
    reason: str


class ImportedLabelsOut(BaseModel):
    """What became of the labels of a file."""

    new: int = Field(description="Corrections that were kept.")
    unchanged: int = Field(description="Labels that the same person had given before.")
    rejections: int = Field(description="Labels that were not kept.")
    rejected: list[RejectedRecordOut] = Field(description="The first 100 of them.")

    @classmethod
    def of(cls, result: ImportedLabels) -> ImportedLabelsOut:
        listed = [
            RejectedRecordOut(position=each.position, reason=each.reason) for each in result.rejections[:MAX_LISTED]
        ]
        return cls(new=result.new, unchanged=result.unchanged, rejections=len(result.rejections), rejected=listed)


class Suspects(BaseModel):
    """Labels that are probably wrong."""

    suspects: list[Suspect]


class DecisionIn(SentObject):
    """What becomes of a suspect label."""

    decision: Decision


class NextComments(BaseModel):
    """Comments to label, in order."""

    comments: list[NextComment]


async def read_file(request: Request) -> bytes:
    """The body; what browsers let any page send is refused with 415."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type or media_type in SENT_BY_FORMS:
        detail = "Send the file as the body, with its media type or `Content-Type: application/octet-stream`."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    return await request.body()


@router.post(
    "/import",
    summary="Import labels",
    responses=problems.documented(
        HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNPROCESSABLE_ENTITY
    ),
    openapi_extra=BODY,
)
def import_corrections(
    resources: WriteAccess,
    principal: PrincipalDep,
    with_personal_data: PersonalDataDep,
    file: Annotated[bytes, Depends(read_file)],
    format: Annotated[LabelFormat | None, Query(description="By default what the content tells.")] = None,
) -> ImportedLabelsOut:
    """Labels of a file of at most 8 MiB become corrections: Label Studio or Argilla JSON, CSV, JSON lines.

    What cannot be kept is answered with its reason; all else is kept. Importing again changes nothing.
    """
    result = import_labels(
        resources.engine,
        resources.workspace,
        read_labels(file, format),
        by=principal.name,
        code_frame=resources.annotator.code_frame,
        with_personal_data=with_personal_data,
    )
    return ImportedLabelsOut.of(result)


@router.get(
    "/export",
    summary="Export labels",
    response_class=FileResponse,
    responses={
        200: {
            "content": FILES,
            "description": "The file.",
        },
        **_CONFLICT,
    },
)
def export_corrections(
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    format: Annotated[LabelFormat, Query(description="The tool or the form of the file.")] = LabelFormat.JSONL,
    next: Annotated[
        int, Query(ge=0, le=10_000, description="So many comments to label next, instead of those with corrections.")
    ] = 0,
    strategy: Annotated[Strategy, Query(description="How these are chosen.")] = Strategy.DIVERSE,
) -> FileResponse:
    """What each person said of each comment that was corrected, side by side, for labelling tools and for training.

    The formats of labelling tools have what the model says too. Personal data is masked unless it may be read.
    """
    engine, workspace, code_frame = resources.engine, resources.workspace, resources.annotator.code_frame
    chosen = None
    if next:
        chosen = [each.id for each in next_comments(engine, workspace, next, strategy, code_frame=code_frame)]
    tasks = export_labels(
        engine, workspace, code_frame=code_frame, comments=chosen, with_personal_data=with_personal_data
    )
    # By way of a file, so that a slow client holds no transaction open.
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", delete=False) as file:
        path = Path(file.name)
        try:
            file.writelines(write_labels(tasks, format))
        except BaseException:
            path.unlink()
            raise
    ending = {LabelFormat.CSV: "csv", LabelFormat.JSONL: "jsonl"}.get(format, "json")
    return FileResponse(
        path,
        media_type=MEDIA_TYPES[format],
        filename=f"labels.{ending}",
        background=BackgroundTask(path.unlink),
    )


@router.get("/agreement", summary="Read how far people agree", responses=_CONFLICT)
def read_label_agreement(resources: ReadAccess) -> LabelAgreement:
    """Krippendorff's alpha with an interval of 95 % of who labelled the same comments: sentiments, themes and causes.

    1 is full agreement, 0 what chance would give. Sets of themes and of causes differ by 1 - MASI.
    """
    return read_agreement(resources.engine, resources.workspace)


@router.get("/suspects", summary="Read suspect labels", responses=_CONFLICT)
def list_suspect_labels(
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many.")] = 50,
) -> Suspects:
    """The corrections that are probably wrong, by the other corrections of this workspace, the worst first.

    From 40 labels of a kind on there are any.
    """
    suspects = list_suspects(resources.engine, resources.workspace, limit, with_personal_data=with_personal_data)
    return Suspects(suspects=list(suspects))


@router.post(
    "/suspects/{correction}",
    summary="Decide on a suspect label",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def decide_on_suspect(
    correction: Annotated[RowId, PathParameter(description="The id of the correction.")],
    decision: DecisionIn,
    resources: WriteAccess,
    principal: PrincipalDep,
) -> None:
    """`accept`: what is suggested becomes the correction. `dismiss`: the label is confirmed, and suspected no more."""
    decide(
        resources.engine,
        resources.workspace,
        correction,
        decision.decision,
        by=principal.name,
        code_frame=resources.annotator.code_frame,
    )


@router.get("/next", summary="Read what to label next", responses=_CONFLICT)
def list_next_comments(
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    strategy: Annotated[
        Strategy,
        Query(
            description="`diverse`: the model is unsure, and differently so of each; `uncertain`: it is unsure; "
            "`ranking`: the label would narrow the intervals of the ten largest causes most; `random`: the audit "
            "sample, which alone measures quality without bias."
        ),
    ] = Strategy.DIVERSE,
    size: Annotated[int, Query(ge=1, le=1000, description="Number of comments.")] = 50,
) -> NextComments:
    """The comments whose labels would teach a model, or tell the ranking, most. Labelled ones are left out."""
    comments = next_comments(
        resources.engine,
        resources.workspace,
        size,
        strategy,
        code_frame=resources.annotator.code_frame,
        with_personal_data=with_personal_data,
    )
    return NextComments(comments=comments)
