"""Health checks for monitoring."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.http import problems
from api.http.dependencies import ResourcesDep
from saywhy import __version__
from service.workspaces import check_store

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    """The process is running."""

    status: Literal["live"] = "live"


class Ready(BaseModel):
    """The process can serve requests."""

    status: Literal["ready"] = "ready"
    version: str = Field(description="The version of saywhy.", examples=[__version__])
    model: str = Field(description="The model version that serves.", examples=["core-2026.12"])


@router.get("/live", summary="Is the process alive?")
def live() -> Live:
    """Answers without using store or models."""
    return Live()


@router.get("/ready", summary="Can it serve requests?", responses=problems.documented(HTTPStatus.SERVICE_UNAVAILABLE))
def ready(resources: ResourcesDep) -> Ready:
    """Queries the store and names the model version that is loaded."""
    check_store(resources.engine)
    return Ready(version=__version__, model=resources.annotator.model)
