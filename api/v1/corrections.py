"""`/v1/corrections`: what people corrected of that which models said of comments, page by page."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import PersonalDataDep, ReadAccess
from api.v1.parameters import Cursor, Limit
from service import corrections
from service.corrections import ExportedCorrection
from service.paging import PAGE

router = APIRouter(prefix="/v1/corrections", tags=["comments"])


class Corrections(BaseModel):
    """Some of the corrections."""

    corrections: list[ExportedCorrection]
    next: str | None = Field(description="The cursor of the next page; null at the end.")


@router.get("", summary="Read corrections", responses=problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT))
def list_corrections(
    resources: ReadAccess, with_personal_data: PersonalDataDep, limit: Limit = PAGE, cursor: Cursor = None
) -> Corrections:
    """All corrections of sentiments, themes, causes and spans, the latest first; also those that were taken back.

    Personal data is masked unless it may be read. Anonymous workspaces have none.
    """
    page = corrections.list_corrections(
        resources.engine, resources.workspace, limit, cursor, with_personal_data=with_personal_data
    )
    return Corrections(corrections=list(page.entries), next=page.next)
