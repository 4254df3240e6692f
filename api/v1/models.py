"""`/v1/models`: the versions of the models, and which of them serves. For admins of the server's own workspace."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import AdminAccess, PrincipalDep
from api.http.bodies import SentObject
from api.http.dependencies import Resources
from models import promotion
from models.registry import Registry, shipped
from saywhy.errors import Conflict, Forbidden
from saywhy.model_version import Alias, ModelVersion
from service import jobs
from service.job_kinds import AnalyseArguments

router = APIRouter(prefix="/v1/models", tags=["models"])

Version = Annotated[
    str,
    PathParameter(
        max_length=100, description="A version, or `champion`, `candidate`, `previous`.", examples=["candidate"]
    ),
]


class VerdictOut(BaseModel):
    """What the gate says of a version."""

    champion: str = Field(description="The version that it was compared with.", examples=["core-2027.05"])
    passes: bool
    reasons: list[str] = Field(description="Why it does not pass.")


class ModelOut(BaseModel):
    """A version of the models."""

    version: str = Field(examples=["core-2027.05+6b1c0d2f9a3e4b57"])
    aliases: list[Alias] = Field(description="`champion` serves, `previous` served before, `candidate` may follow.")
    verdict: VerdictOut | None = Field(description="Null for one that was not retrained here.")

    @classmethod
    def of(cls, version: ModelVersion) -> ModelOut:
        verdict = version.verdict
        shown = None
        if verdict is not None:
            shown = VerdictOut(champion=verdict.champion, passes=verdict.passes, reasons=list(verdict.reasons))
        return cls(version=version.name, aliases=list(version.aliases), verdict=shown)


class Models(BaseModel):
    """All versions, and the one with which this server answers."""

    serving: str = Field(examples=["core-2027.05"])
    models: list[ModelOut]


class Promotion(SentObject):
    """How a version is promoted."""

    despite_gate: str | None = Field(
        default=None, max_length=500, description="Why it is promoted although it does not pass the gate; kept."
    )
    analyse: bool = Field(default=True, description="Start an analysis, which annotates all comments anew.")


class Promoted(BaseModel):
    """The version that serves from now on; servers use it within two seconds."""

    version: str = Field(examples=["core-2027.05+6b1c0d2f9a3e4b57"])
    job: int | None = Field(description="The analysis that annotates all comments with it; null: none was asked for.")


async def own_workspace(request: Request, resources: AdminAccess) -> Resources:
    """The resources, for admins of the workspace of the server: the models are those of all workspaces."""
    if resources.workspace != request.state.resources.workspace:
        raise Forbidden(
            "the models serve all workspaces of this server: only admins of its own one may see and change them"
        )
    return resources


OwnAccess = Annotated[Resources, Depends(own_workspace)]

ERRORS = problems.documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.get("", summary="List the model versions", responses=problems.documented(HTTPStatus.FORBIDDEN))
def list_models(resources: OwnAccess) -> Models:
    """All versions in the registry, with their aliases and what the gate says of each."""
    versions = Registry(resources.registry).versions() if resources.registry else [shipped()]
    return Models(serving=resources.core.model, models=[ModelOut.of(version) for version in versions])


@router.post("/{model}/promote", summary="Promote a model version", responses=ERRORS)
def promote_model(model: Version, body: Promotion, resources: OwnAccess, principal: PrincipalDep) -> Promoted:
    """Make a version the one that serves, without a restart. 409 if it does not pass the gate, was compared with
    another version than the one that serves, or is damaged; the detail says why.
    """
    version = promotion.promote(_registry(resources), model, by=principal.name, despite=body.despite_gate)
    return Promoted(version=version, job=_analyse(resources) if body.analyse else None)


@router.post("/rollback", summary="Go back to the previous model version", responses=ERRORS)
def roll_back_model(resources: OwnAccess, principal: PrincipalDep) -> Promoted:
    """Make the previous version the one that serves. Comments that it has annotated need no new analysis."""
    return Promoted(version=promotion.roll_back(_registry(resources), by=principal.name), job=_analyse(resources))


def _registry(resources: Resources) -> Registry:
    if resources.registry is None:
        raise Conflict("this server has no registry of model versions: set SAYWHY_REGISTRY")
    return Registry(resources.registry)


def _analyse(resources: Resources) -> int:
    return jobs.start(resources.engine, resources.workspace, AnalyseArguments()).id
