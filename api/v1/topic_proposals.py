"""`/v1/topic-proposals`: merges that a language model proposed, which people accept or dismiss."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import PrincipalDep, ReadAccess, WriteAccess
from api.v1.attribution import AttributedEdit
from api.v1.parameters import RowId
from api.v1.topics import EditOut
from saywhy.topic import Verdict
from service.topics import proposals
from service.topics.proposals import ProposalView

router = APIRouter(prefix="/v1", tags=["topics"])

Number = Annotated[RowId, Path(description="The number of a proposal.")]


class ProposalOut(BaseModel):
    """Two topics that a language model takes for the same cause."""

    id: int
    topic: str = Field(description="The topic that would be merged.")
    into: str = Field(description="The topic that would keep its id and name.")
    topic_label: str | None = Field(description="Null if the topic is no longer there.")
    into_label: str | None
    reason: str = Field(examples=["Both say that exports never finish."])
    at: datetime
    is_open: bool = Field(description="Nobody has decided, and both topics are still there.")
    decision: Verdict | None
    author: str | None = Field(description="Who decided; null like the next three if nobody has.")
    decided_at: datetime | None
    note: str | None
    edit: int | None = Field(description="The number of the merge that followed.")

    @classmethod
    def of(cls, view: ProposalView) -> ProposalOut:
        proposal, decision = view.proposal, view.proposal.decision
        return cls(
            id=proposal.id,
            topic=proposal.topic,
            into=proposal.into,
            topic_label=view.topic_label,
            into_label=view.into_label,
            reason=proposal.reason,
            at=proposal.at,
            is_open=view.is_open,
            decision=decision.verdict if decision else None,
            author=decision.author if decision else None,
            decided_at=decision.at if decision else None,
            note=decision.note if decision else None,
            edit=decision.edit if decision else None,
        )


class Proposals(BaseModel):
    """All proposals, the latest first."""

    proposals: list[ProposalOut]


@router.get("/topic-proposals", summary="List the proposed merges")
def list_proposals(resources: ReadAccess) -> Proposals:
    """All proposals, the latest first. Nothing is merged until somebody accepts one."""
    views = proposals.list_proposals(resources.engine, resources.workspace)
    return Proposals(proposals=[ProposalOut.of(view) for view in views])


@router.post(
    "/topic-proposals/{proposal}/accept",
    summary="Accept a proposed merge",
    responses=problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def accept(proposal: Number, by: AttributedEdit, resources: WriteAccess, principal: PrincipalDep) -> EditOut:
    """Merge the topics. Returns the edit, which can be undone like any other."""
    code_frame = resources.annotator.code_frame
    attribution = by.attribution(principal)
    edit = proposals.accept(resources.engine, resources.workspace, proposal, attribution, code_frame=code_frame)
    return EditOut.of_kept(edit)


@router.post(
    "/topic-proposals/{proposal}/dismiss",
    summary="Dismiss a proposed merge",
    responses=problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def dismiss(proposal: Number, by: AttributedEdit, resources: WriteAccess, principal: PrincipalDep) -> ProposalOut:
    """Keep the topics apart. They are not proposed again."""
    attribution = by.attribution(principal)
    return ProposalOut.of(proposals.dismiss(resources.engine, resources.workspace, proposal, attribution))
