"""`/v1/audit-log`: who wrote what, when. (`/v1/audits` is about the model.)"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.auth import AdminAccess
from api.v1.parameters import Cursor, Limit
from saywhy.access import PrincipalKind
from service.audit_log import list_entries
from service.paging import PAGE

router = APIRouter(prefix="/v1/audit-log", tags=["access"])


class EntryOut(BaseModel):
    """One write."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    actor_kind: PrincipalKind
    actor: str = Field(
        description="The name of the key or person; of a schedule its number, and who added it.", examples=["CRM sync"]
    )
    action: str = Field(
        description="Method and route, a command, or what a schedule starts.",
        examples=["POST /v1/topic-edits/{edit}/undo"],
    )
    target: str | None = Field(
        description="What the path names, null where that is a person; the number of a job.", examples=["17"]
    )
    status: int | None = Field(description="Of the response; null if there is none.", examples=[200])


class Entries(BaseModel):
    """Entries, the latest first."""

    entries: list[EntryOut]
    next: str | None = Field(description="The cursor of the next page; null at the end.")


@router.get("", summary="Read the audit log", responses=problems.documented(HTTPStatus.BAD_REQUEST))
def read_audit_log(
    resources: AdminAccess,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Entries:
    """The writes that were done in this workspace, the latest first."""
    page = list_entries(resources.engine, resources.workspace, limit=limit, cursor=cursor)
    return Entries(entries=[EntryOut.model_validate(entry) for entry in page.entries], next=page.next)
