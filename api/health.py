"""Health checks for monitoring."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.http import problems
from api.http.dependencies import ResourcesDep
from saywhy import __version__
from saywhy.errors import ServerBusy, StoreUnavailable
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
async def live() -> Live:
    """Answers without store or models, and without waiting for a thread."""
    return Live()


@router.get("/ready", summary="Can it serve requests?", responses=problems.documented(HTTPStatus.SERVICE_UNAVAILABLE))
def ready(request: Request, resources: ResourcesDep) -> Ready:
    """Queries the store and names the model version that is loaded. Not ready is a server that is about to
    end, and one whose worker cannot start."""
    if request.app.state.is_draining:
        raise ServerBusy("The server is about to end; ask another one.")
    check_store(resources.engine)
    if failure := request.app.state.worker.failure:
        raise StoreUnavailable(f"the worker cannot start: {failure}")
    return Ready(version=__version__, model=resources.core.model)
