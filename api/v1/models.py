"""`/v1/models`: the versions of the models, and which of them serves. For admins of the server's own workspace."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import AdminAccess, PrincipalDep, WriteAccess
from api.http.bodies import SentObject
from api.http.dependencies import Resources
from api.http.idempotency import RequestKeyDep
from api.v1.jobs import JobOut, accepted
from models import promotion
from models.registry import Registry, shipped
from saywhy.errors import Conflict, Forbidden
from saywhy.model_version import Alias, ModelVersion
from service import jobs
from service.job_kinds import AnalyseArguments, ReannotateArguments
from service.shadow_agreement import ShadowAgreement, read_agreement

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


class NewShadow(SentObject):
    """What runs in the shadow of the version that serves."""

    version: str = Field(
        default="candidate", max_length=100, description="A version, or an alias.", examples=["candidate"]
    )
    share: float = Field(default=0.1, ge=0, le=1, description="Of the requests to classify that it answers too.")
    analyses: bool = Field(default=True, description="Whether it annotates a sample of each analysis too.")


class ShadowOut(BaseModel):
    """What runs in the shadow, and how far it agrees."""

    shadow: ShadowAgreement | None = Field(description="Null if nothing does.")


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


@router.post(
    "/reannotate", summary="Annotate all comments with the version that serves", status_code=HTTPStatus.ACCEPTED
)
def reannotate(resources: WriteAccess, request_key: RequestKeyDep, response: Response) -> JobOut:
    """As a job of the workspace; one that waits is not added twice. Reports keep their version until the next analysis,
    which then need not wait for the models.
    """
    job = jobs.start(resources.engine, resources.workspace, ReannotateArguments(), request_key)
    return accepted(job, response)


@router.get("/shadow", summary="How far the shadow agrees", responses=problems.documented(HTTPStatus.FORBIDDEN))
def read_shadow(resources: OwnAccess) -> ShadowOut:
    """What runs in the shadow of the version that serves, and how far both agree, in all workspaces of the server but
    anonymous ones. Languages of fewer than five comments are together as `other`.
    """
    return ShadowOut(shadow=read_agreement(resources.engine, resources.registry, resources.core.model))


@router.post("/shadow", summary="Run a version in the shadow", responses=ERRORS)
def start_shadow(body: NewShadow, resources: OwnAccess, principal: PrincipalDep) -> ShadowOut:
    """Let a version answer what the one that serves answers, after it, so that nobody waits; only how far both agree is
    kept. Servers follow within two seconds. 409 for the champion and a damaged version.
    """
    registry = _registry(resources)
    promotion.start_shadow(registry, body.version, share=body.share, analyses=body.analyses, by=principal.name)
    return read_shadow(resources)


@router.delete("/shadow", summary="Run nothing in the shadow", status_code=HTTPStatus.NO_CONTENT, responses=ERRORS)
def stop_shadow(resources: OwnAccess) -> None:
    """End it; what was counted stays. 404 if nothing ran in the shadow."""
    promotion.stop_shadow(_registry(resources))


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
