"""`/v1/audit-log`: who wrote what, when. (`/v1/audits` is about the model.)"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.auth import AdminAccess
from saywhy.access import PrincipalKind
from service.audit_log import list_entries

router = APIRouter(prefix="/v1/audit-log", tags=["access"])


class EntryOut(BaseModel):
    """One write."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    actor_kind: PrincipalKind
    actor: str = Field(description="The name of the key or person.", examples=["CRM sync"])
    action: str = Field(description="Method and route, or a command.", examples=["POST /v1/topic-edits/{edit}/undo"])
    target: str | None = Field(description="What the path names; null where it names a person.", examples=["17"])
    status: int | None = Field(description="Of the response; null for a command.", examples=[200])


class Entries(BaseModel):
    """Entries, the latest first."""

    entries: list[EntryOut]


@router.get("", summary="Read the audit log")
def read_audit_log(
    resources: AdminAccess,
    limit: Annotated[int, Query(ge=1, le=1000, description="Number of entries.")] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=2**53, description="Only those before the entry with this id.")
    ] = None,
) -> Entries:
    """The writes that were done in this workspace, the latest first."""
    entries = list_entries(resources.engine, resources.workspace, limit, before=before)
    return Entries(entries=[EntryOut.model_validate(entry) for entry in entries])
