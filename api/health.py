"""Health, for whatever watches over the process."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.http import problems
from api.http.dependencies import Opened, Snapshot
from saywhy import __version__
from saywhy.store import check

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    """The process answers."""

    status: Literal["live"] = "live"


class Ready(BaseModel):
    """The process can do its work."""

    status: Literal["ready"] = "ready"
    version: str = Field(description="The version of saywhy.", examples=[__version__])
    model: str = Field(description="The model version that classifies.", examples=["core-2026.12"])


@router.get("/live", summary="Is the process alive?")
def live() -> Live:
    """Answers without touching anything else."""
    return Live()


@router.get("/ready", summary="Can it do its work?", responses=problems.documented(HTTPStatus.SERVICE_UNAVAILABLE))
def ready(opened: Opened, connection: Snapshot) -> Ready:
    """Queries the store, and says which model is loaded."""
    check(connection)
    return Ready(version=__version__, model=opened.annotator.model)
