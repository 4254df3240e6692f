"""Reports as JSON."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field, JsonValue

from api.http import problems
from api.http.dependencies import Opened, Snapshot
from pipelines.render import to_json
from saywhy.report import Report
from saywhy.store import reports as stored

router = APIRouter(prefix="/v1/reports", tags=["reports"])

Wave = Annotated[str, Path(description="A wave, or `all` for everything.", examples=["2026-Q1"])]

EXAMPLE: dict[str, JsonValue] = {
    "wave": "2026-Q2",
    "generated_at": "2026-07-03T08:15:00+00:00",
    "model": "core-2026.12",
    "counts": {"responses": 1204, "scored": 1187, "comments": 655, "non_answers": 41, "duplicates": 18},
    "nps": {"score": 23.4, "low": 19.1, "high": 27.6, "n": 1187, "promoters": 566, "passives": 333, "detractors": 288},
    "nps_with_comment": None,
    "ratings": [],
    "waves": [],
    "segments": [],
    "languages": [["en", 301], ["de", 190], ["zh-Hans", 99], ["zh-Hant", 65]],
    "sentiment": [["positive", 280], ["negative", 231], ["neutral", 92], ["mixed", 52]],
    "issues": [
        {
            "rank": 1,
            "kind": "topic",
            "id": "invoice-line-items",
            "label": "Line items on the invoice are unclear",
            "labels": {"en": "Line items on the invoice are unclear", "de": "Rechnungsposten sind unverständlich"},
            "theme": "billing",
            "impact": 4.8,
            "low": 3.3,
            "high": 6.3,
            "mentions": 61,
            "detractors": 49,
            "promoters": 2,
            "significant": True,
            "keywords": ["invoice", "line items", "Rechnung"],
            "languages": ["en", "de"],
            "waves": [["2026-Q1", 9], ["2026-Q2", 52]],
            "is_new": False,
            "concentrated_in": "industry=retail",
            "revenue_at_risk": 1284500.0,
            "passives": 10,
            "leave_out": {"value": 5.6, "low": 4.1, "high": 7.1},
            "shapley": {"value": 4.9, "low": 3.2, "high": 6.6},
            "q_value": 0.001,
            "top_three": 0.97,
            "few_mentions": False,
            "segments": [
                {
                    "segment": "industry=retail",
                    "rate": 0.14,
                    "elsewhere": 0.03,
                    "times": {"value": 4.1, "low": 2.5, "high": 6.8},
                }
            ],
            "audited": None,
            "topic": {
                "stability": 0.83,
                "is_unstable": False,
                "is_emerging": False,
                "first_seen": "2026-01-12",
                "growth": 14,
                "parts": [["The total does not match the lines", 17], ["Too many lines", 11]],
            },
            "effort_days": 2.0,
            "points_per_day": {"value": 2.4, "low": 1.65, "high": 3.15},
            "is_pebble": True,
            "stake": {"share": 0.24, "accounts": 41, "leaving": 6, "revenue": 1284500.0},
            "quotes": [
                {
                    "text": "The tool is fine, but I never understand the invoice.",
                    "start": 18,
                    "end": 53,
                    "language": "en",
                    "score": 4,
                    "wave": "2026-Q2",
                    "segments": ["industry=retail"],
                }
            ],
        }
    ],
    "delights": [],
    "change": None,
    "alerts": [],
    "audit": {"comments": 200, "missing": 0, "precision": 0.84, "recall": 0.78},
    "board": ["topic:invoice-line-items"],
    "findings": [
        {
            "key": "complaint",
            "values": {"issue": "topic:invoice-line-items", "impact": 4.8, "low": 3.3, "high": 6.3, "detractors": 49},
            "evidence": ["topic:invoice-line-items"],
        }
    ],
    "notes": [{"key": "association", "values": {"n": 614}}],
}


class Waves(BaseModel):
    """The waves that a report can be read of; `all` is everything."""

    waves: list[str] = Field(examples=[["2026-Q1", "2026-Q2", "all"]])


@router.get("", summary="List the reports")
def list_reports(opened: Opened, connection: Snapshot) -> Waves:
    """The waves of the latest analysis."""
    return Waves(waves=list(stored.waves(connection, opened.workspace)))


# A wave may be called `Q1/2026`, hence `path`.
@router.get(
    "/{wave:path}",
    summary="Read a report",
    response_model=Report,
    responses={
        200: {"content": {"application/json": {"example": EXAMPLE}}},
        **problems.documented(HTTPStatus.NOT_FOUND),
    },
)
def read_report(wave: Wave, opened: Opened, connection: Snapshot) -> Response:
    """The ranking of what costs NPS points in one wave, with the quotes that prove it."""
    report = stored.latest(connection, opened.workspace, wave)
    return Response(to_json(report), media_type="application/json")
