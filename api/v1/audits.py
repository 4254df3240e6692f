"""`/v1/audits`: draw comments for a person to label, and hand in the labels."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.http import problems
from api.http.auth import ReadAccess, WriteAccess
from api.http.bodies import Items, SentObject
from pipelines.render.wording import closest_language
from saywhy.annotation import Polarity
from saywhy.audit import MIN_COMMENTS, AuditLabel
from service.audits import labels as audit_labels
from service.audits import sample as audit_sample
from service.audits import sheet as audit_sheet
from service.audits.labels import LabelledComment, LabelsResult

router = APIRouter(prefix="/v1/audits", tags=["audits"])

CSV = "text/csv"
MAX_COMMENTS = 10_000
MAX_LISTED = 100
_WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX (a ZIP archive) and XLS

REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT)


class StandingOut(BaseModel):
    """How far the audit is."""

    labelled: int = Field(description="Comments that a person has labelled.")
    unlabelled: int = Field(description="Analysed comments without labels of a person.")
    skipped: int = Field(
        description="Unlabelled comments before a labelled one; while there are any, the sample is not random."
    )
    least: int = Field(description="Fewest labelled comments for reports to take the audit into account.")


class CodeFrameTheme(BaseModel):
    """A theme of the code frame."""

    id: str = Field(examples=["support"])
    name: str = Field(examples=["Support"])


class DrawnOut(BaseModel):
    """A comment to label."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="To be returned with the labels.")
    language: str = Field(description="BCP 47 tag; `und` if it cannot be determined.")
    text: str = Field(description="The comment, with personal data masked.")


class Sample(BaseModel):
    """The next comments of the random sample, and the themes to label them with."""

    themes: list[CodeFrameTheme]
    comments: list[DrawnOut]


class Label(SentObject):
    """A theme that the comment is about, and its polarity."""

    theme: str = Field(min_length=1, max_length=200, examples=["support"])
    polarity: Polarity = Field(description="Neutral if it neither complains nor praises, mixed if it does both.")


class Labelled(SentObject):
    """The labels of one comment; none if it is about no theme."""

    id: str = Field(min_length=1, max_length=200)
    labels: Items[Label] = Field(max_length=200)


class Labels(SentObject):
    """Labelled comments."""

    comments: Items[Labelled] = Field(min_length=1, max_length=MAX_COMMENTS)


class RejectedLabel(BaseModel):
    """Labels that were not kept."""

    line: int | None = Field(default=None, description="The line of the sheet; null for labels sent as JSON.")
    id: str | None = Field(default=None, description="The id of the comment; null for a sheet.")
    reason: str


class Returned(BaseModel):
    """What was kept. The next analysis corrects its estimates by it."""

    labelled: int = Field(description="Comments whose labels were kept, replacing earlier ones.")
    unmarked: int = Field(description="Rows of a sheet that have no marks yet.")
    rejections: int = Field(description="Labels that were not kept.")
    rejected: list[RejectedLabel] = Field(description="The first 100 of them.")

    @classmethod
    def of(cls, result: LabelsResult) -> Returned:
        # A row of a sheet is identified by its line, a comment sent as JSON by its id.
        rejected = [
            RejectedLabel(
                line=rejection.line, id=rejection.id if rejection.line is None else None, reason=rejection.reason
            )
            for rejection in result.rejections[:MAX_LISTED]
        ]
        return cls(
            labelled=result.labelled,
            unmarked=result.unmarked,
            rejections=len(result.rejections),
            rejected=rejected,
        )


@router.get("", summary="Read how far the audit is", responses=REFUSED)
def read_standing(resources: ReadAccess) -> StandingOut:
    """How many comments are labelled and how many are not."""
    progress = audit_sample.read_progress(resources.engine, resources.workspace)
    return StandingOut(
        labelled=progress.labelled, unlabelled=progress.unlabelled, skipped=progress.skipped, least=MIN_COMMENTS
    )


@router.get(
    "/sample",
    summary="Draw a sample",
    response_model=Sample,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}, **REFUSED},
)
def draw_sample(
    resources: ReadAccess,
    size: Annotated[int, Query(ge=1, le=MAX_COMMENTS, description="Number of comments.")] = 200,
    language: Annotated[str, Query(description="Language of the themes' names.")] = "en",
    format: Annotated[Literal["json", "csv"], Query(description="`csv` is a sheet for people.")] = "json",
) -> Sample | Response:
    """The next comments of a random sample, without the model's labels; none if all are labelled.

    The same comments are drawn again until their labels are handed in.
    """
    language, code_frame = closest_language(language), resources.annotator.code_frame
    comments = audit_sample.draw_sample(resources.engine, resources.workspace, size)
    if format == "csv":
        headers = {"Content-Disposition": 'attachment; filename="sample.csv"'}
        return Response(audit_sheet.to_csv(comments, code_frame, language), media_type=CSV, headers=headers)
    return Sample(
        themes=[CodeFrameTheme(id=theme.id, name=theme.name(language)) for theme in code_frame],
        comments=[DrawnOut.model_validate(comment) for comment in comments],
    )


@router.post("", summary="Hand in labels", responses=REFUSED)
def keep_labels(labels: Labels, resources: WriteAccess) -> Returned:
    """Keep the labels of comments. What cannot be kept is answered with its reason; all else is kept."""
    comments = [
        LabelledComment(comment.id, tuple(AuditLabel(label.theme, label.polarity) for label in comment.labels))
        for comment in labels.comments
    ]
    code_frame = resources.annotator.code_frame
    return Returned.of(audit_labels.keep_labels(resources.engine, resources.workspace, comments, code_frame))


async def read_sheet(request: Request) -> bytes:
    """The body of a request that hands in a sheet; other media types and workbooks are refused with 415."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != CSV:
        detail = f"Send the sheet as the body, with the header `Content-Type: {CSV}`."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    body = await request.body()
    if body.startswith(_WORKBOOK_SIGNATURES):  # a small workbook may unpack to gigabytes
        detail = "The sheet is a workbook; save it as CSV, or import it with `saywhy audit import`."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    return body


@router.post(
    "/sheet",
    summary="Hand in a sheet",
    responses=REFUSED,
    openapi_extra={"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}},
)
def keep_sheet(resources: WriteAccess, sheet: Annotated[bytes, Depends(read_sheet)]) -> Returned:
    """Keep the marks in a sheet. Rows that cannot be read are answered with line and reason; all others are kept."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "sheet.csv")
        path.write_bytes(sheet)
        code_frame = resources.annotator.code_frame
        return Returned.of(
            audit_sheet.read_sheet(resources.engine, resources.workspace, path, code_frame, max_rows=MAX_COMMENTS)
        )
