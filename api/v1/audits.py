"""Audits: draw comments for a person to label, and take the labels back."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.http import problems
from api.http.dependencies import Opened, Snapshot
from pipelines.render.wording import closest_language
from saywhy.annotation import Polarity
from saywhy.audit import LEAST_COMMENTS, AuditLabel
from service.audits import sample
from service.audits import sheet as audit_sheet

router = APIRouter(prefix="/v1/audits", tags=["audits"])

CSV = "text/csv"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT)


class StandingOut(BaseModel):
    """How far the audit has come."""

    labelled: int = Field(description="Comments that a person has labelled.")
    unlabelled: int = Field(description="Analysed comments that nobody has labelled.")
    skipped: int = Field(description="Of them, those that come before a labelled one: the sample is no random one.")
    least: int = Field(description="So many have to be labelled for reports to take the audit into account.")


class ThemeOut(BaseModel):
    """A theme that a comment may be about."""

    id: str = Field(examples=["support"])
    name: str = Field(examples=["Support"])


class DrawnOut(BaseModel):
    """A comment to label."""

    id: str = Field(description="Comes back with the labels.")
    language: str
    text: str = Field(description="With personal data masked.")


class Sample(BaseModel):
    """The next comments of the random sample, and the themes to label them with."""

    themes: list[ThemeOut]
    comments: list[DrawnOut]


class Label(BaseModel):
    """A theme that the comment is about, and how it feels about it."""

    model_config = ConfigDict(extra="forbid")

    theme: str = Field(min_length=1, max_length=200, examples=["support"])
    polarity: Polarity = Field(description="Neutral where it neither blames nor praises, mixed where it does both.")


class Labelled(BaseModel):
    """A comment that a person has read. Without labels it is about no theme."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=200)
    labels: list[Label] = Field(max_length=200)


class Labels(BaseModel):
    """Labelled comments."""

    model_config = ConfigDict(extra="forbid")

    comments: list[Labelled] = Field(min_length=1, max_length=10_000)


class RejectedOut(BaseModel):
    """What was not taken."""

    line: int | None = Field(default=None, description="Of the sheet; null where there is none.")
    id: str | None = Field(default=None, description="Of the comment; null where a sheet came in.")
    reason: str


class Returned(BaseModel):
    """What became of it. Reports state their numbers by it with the next analysis."""

    labelled: int = Field(description="Comments whose labels are kept, in place of earlier ones.")
    unmarked: int = Field(description="Rows of a sheet that are still to do.")
    rejected: list[RejectedOut]


@router.get("", summary="See how far the audit is", responses=REFUSED)
def read_standing(opened: Opened, connection: Snapshot) -> StandingOut:
    """How many comments a person has labelled, and how many not."""
    found = sample.standing(connection, opened.workspace)
    return StandingOut(
        labelled=found.labelled, unlabelled=found.unlabelled, skipped=found.skipped, least=LEAST_COMMENTS
    )


@router.get(
    "/sample",
    summary="Draw a sample",
    response_model=Sample,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}, **REFUSED},
)
def draw_sample(
    opened: Opened,
    connection: Snapshot,
    size: Annotated[int, Query(ge=1, le=10_000, description="How many comments.")] = 200,
    language: Annotated[str, Query(description="Of the themes' names.")] = "en",
    format: Annotated[Literal["json", "csv"], Query(description="`csv` is a sheet for people.")] = "json",
) -> Sample | Response:
    """The next comments of a random sample, with the model's labels hidden; none where all are labelled.

    Until their labels are back, the same comments are drawn again.
    """
    language, code_frame = closest_language(language), opened.annotator.code_frame
    comments = sample.draw(connection, opened.workspace, size)
    if format == "csv":
        headers = {"Content-Disposition": 'attachment; filename="sample.csv"'}
        return Response(audit_sheet.to_text(comments, code_frame, language), media_type=CSV, headers=headers)
    return Sample(
        themes=[ThemeOut(id=theme.id, name=theme.name(language)) for theme in code_frame],
        comments=[DrawnOut(id=one.id, language=one.language, text=one.text) for one in comments],
    )


@router.post("", summary="Hand in labels", responses=REFUSED)
def keep_labels(labels: Labels, opened: Opened) -> Returned:
    """Keep what a person read in comments. What cannot be kept is told with its reason, and all else is kept."""
    known = opened.annotator.code_frame.ids
    read: dict[str, list[AuditLabel]] = {}
    rejected = []
    for comment in labels.comments:
        unknown = sorted({label.theme for label in comment.labels} - {*known})
        if unknown:
            reason = f"{', '.join(unknown)}: no theme of the code frame, which has {', '.join(known)}"
            rejected.append(RejectedOut(id=comment.id, reason=reason))
        elif comment.id in read:
            rejected.append(RejectedOut(id=comment.id, reason="the comment has been labelled in this request already"))
        else:
            read[comment.id] = [AuditLabel(label.theme, label.polarity) for label in comment.labels]
    with opened.engine.begin() as connection:
        present = sample.keep(connection, opened.workspace, read)
    rejected += [RejectedOut(id=key, reason="there is no such comment") for key in read if key not in present]
    return Returned(labelled=len(present), unmarked=0, rejected=rejected)


async def read_sheet(request: Request) -> bytes:
    """The body of a request that hands in a sheet."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != CSV:
        detail = f"Send the sheet as the body, with the header `Content-Type: {CSV}`."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    body = await request.body()
    if body.startswith(_WORKBOOKS):  # a small one may unpack to gigabytes
        detail = "The sheet is a workbook; save it as CSV, or take it to `saywhy audit import`."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    return body


@router.post(
    "/sheet",
    summary="Hand in a sheet",
    responses=REFUSED,
    openapi_extra={"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}},
)
def keep_sheet(sheet: Annotated[bytes, Depends(read_sheet)], opened: Opened) -> Returned:
    """Keep the marks in a sheet. Rows that cannot be read are told with line and reason, and all others are kept."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "sheet.csv")
        path.write_bytes(sheet)
        found = audit_sheet.read_sample(opened.engine, opened.workspace, path, opened.annotator.code_frame)
    return Returned(
        labelled=found.labelled,
        unmarked=found.unmarked,
        rejected=[RejectedOut(line=one.line, reason=one.reason) for one in found.rejections],
    )
