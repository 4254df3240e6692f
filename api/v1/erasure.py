"""`/v1/customers`: delete all that is stored of a person."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.auth import AdminAccess
from service.erasure import delete_customer as erase

router = APIRouter(prefix="/v1/customers", tags=["customers"])

Customer = Annotated[str, Path(max_length=500, description="A customer's id or e-mail address.", examples=["c-1042"])]


class DeletionOut(BaseModel):
    """What was deleted, in numbers."""

    model_config = ConfigDict(from_attributes=True)

    responses: int
    cases: int = Field(description="Follow-ups of these responses, with their notes.")
    comments: int = Field(description="Comments that nobody else wrote in the same words.")
    annotations: int = Field(description="What models said of these comments.")
    clauses: int = Field(description="Clauses of these comments in topics.")
    audit_labels: int = Field(description="Comments of these that a person had labelled.")
    rejected_rows: int = Field(description="Rows of imports that were rejected and name the customer.")
    webhooks: int = Field(description="Webhooks that name the customer and failed, or were not processed yet.")
    edits: int = Field(description="Edits of topics that no longer name these comments; the edits stay.")
    labels: int = Field(description="Labels of topics, which were words that nobody else wrote.")
    quotes: int = Field(description="Quotes in reports.")
    reports: int = Field(description="Reports that were rewritten without these quotes and labels.")
    texts: int = Field(description="Notes, arguments of jobs and the like that named the customer; they stay without.")
    exports: int = Field(description="Files of exports; start another one.")
    planned: int = Field(description="Places in wave plans.")
    left: int = Field(description="Other responses with the same e-mail address, but another customer id: they stay.")


@router.delete(
    "/{customer:path}",
    summary="Delete a customer",
    responses=problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def delete_customer(customer: Customer, resources: AdminAccess) -> DeletionOut:
    """Delete every response of a customer, and all that was computed from them. It cannot be undone.

    Numbers of reports count the customer until the next analysis. Anonymous workspaces store no customers (409).
    """
    return DeletionOut.model_validate(erase(resources.engine, resources.workspace, resources.files, customer))
