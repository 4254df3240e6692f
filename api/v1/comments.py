"""`/v1/comments`: comments page by page, by what they name and by who wrote them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import PersonalDataDep, ReadAccess
from api.v1.parameters import Cursor, Limit
from saywhy.annotation import Polarity
from saywhy.feedback import Group, Segment
from saywhy.report import ALL_WAVES
from service import comments
from service.comment_filters import LONGEST_TEXT, CommentSearch
from service.exports import ExportedResponse
from service.paging import PAGE

router = APIRouter(prefix="/v1/comments", tags=["comments"])


class Comments(BaseModel):
    """Some of the comments."""

    comments: list[ExportedResponse]
    next: str | None = Field(description="The cursor of the next page; null at the end.")


@router.get(
    "",
    summary="Read comments",
    responses=problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def list_comments(
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    wave: Annotated[str, Query(max_length=500, description="A wave, or `all`.", examples=["2026-Q1"])] = ALL_WAVES,
    cause: Annotated[str | None, Query(max_length=500, description="A topic: its id or its label.")] = None,
    theme: Annotated[str | None, Query(max_length=200, description="The id of a theme.", examples=["support"])] = None,
    sentiment: Annotated[Polarity | None, Query()] = None,
    segment: Annotated[
        list[str] | None,
        Query(max_length=20, description="`NAME=VALUE`. Repeatable: those in all.", examples=[["region=north"]]),
    ] = None,
    group: Annotated[Group | None, Query()] = None,
    score: Annotated[int | None, Query(ge=0, le=10, description="On 0-10.")] = None,
    language: Annotated[str | None, Query(max_length=16, examples=["en", "zh-Hans"])] = None,
    text: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=LONGEST_TEXT,
            description="Words, and phrases in double quotes, in the comment as it is shown.",
        ),
    ] = None,
    meaning: Annotated[
        str | None, Query(min_length=1, max_length=LONGEST_TEXT, description="What clauses come close to.")
    ] = None,
    source: Annotated[str | None, Query(max_length=500, description="Where responses came from.")] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Comments:
    """The last imported first, each with score, segments, sentiment, themes and causes; with `meaning`, those that come
    close to it, in any language and without its words, the closest first.

    What is imported while you read is on no later page. Personal data is masked unless it may be read.
    """
    segments = [Segment.parse(one) for one in segment or ()]
    page = comments.list_comments(
        resources.engine,
        resources.workspace,
        CommentSearch(wave, cause, theme, sentiment, segments, group, score, language, text, meaning, source),
        code_frame=resources.annotator.code_frame,
        annotator=resources.annotator,
        limit=limit,
        cursor=cursor,
        with_personal_data=with_personal_data,
    )
    return Comments(comments=list(page.comments), next=page.next)
