"""`/v1/drift`: whether the newest comments, and what the models say of them, are as those before."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.http.auth import ReadAccess
from saywhy.drift import Drift
from service.drift import read_drift

router = APIRouter(prefix="/v1/drift", tags=["models"])

EXAMPLE = {
    "model": "core-2027.05",
    "looked_at": "2026-11-27T02:00:14.120+00:00",
    "wave": "2026-Q4",
    "since": None,
    "aspects": [
        {
            "aspect": "languages",
            "state": "drifted",
            "p_value": 0.0004,
            "effect": 0.31,
            "smallest": 0.2,
            "before": None,
            "after": None,
            "comments_before": 1840,
            "comments_after": 612,
            "moved": [{"id": "de", "before": 0.22, "after": 0.36, "effect": 0.31}],
        }
    ],
}


class DriftLook(BaseModel):
    """The look of the latest analysis."""

    drift: Drift | None = Field(
        description="Null before the first analysis, and where there are too few comments to compare.",
        examples=[EXAMPLE],
    )


@router.get("", summary="What has drifted")
def show_drift(resources: ReadAccess) -> DriftLook:
    """Each aspect of the newest wave against all waves before: `drifted` is more than chance explains and more than a
    small change. Anonymous workspaces have the states alone.
    """
    return DriftLook(drift=read_drift(resources.engine, resources.workspace))
