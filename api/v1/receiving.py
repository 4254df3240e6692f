"""`/v1/webhooks/{kind}/{source}`: what survey tools send. They have no key: they sign each webhook."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from api.http import problems
from api.http.access_policy import AccessPolicy
from api.http.dependencies import AccessPolicyDep, Resources, ResourcesDep
from api.http.worker_slots import in_slot
from saywhy.source import SourceDeliveryState, SourceKind
from service.sources import receiving
from service.sources.signatures import SignedRequest

router = APIRouter(prefix="/v1/webhooks", tags=["sources"])

SourceId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=32,
        pattern="^[0-9a-f]+$",
        description="The id of a source.",
        examples=["6f1e0c2b9a7d4e5f8c3b2a1908f7e6d5"],
    ),
]

#: How each tool signs, and what it sends.
SIGNATURES: dict[SourceKind, str] = {
    SourceKind.TYPEFORM: "Signed by `Typeform-Signature`.",
    SourceKind.SURVEYMONKEY: "Signed by `Sm-Signature` and `Sm-Apikey`. A job pulls the answers.",
    SourceKind.DELIGHTED: "Signed by `X-Delighted-Webhook-Signature`.",
    SourceKind.PROMOTERIO: "Promoter.io signs nothing: the address has the secret as the parameter `token`.",
    SourceKind.HUBSPOT: "Signed by `X-HubSpot-Signature-v3`, at most 5 minutes ago. A job pulls the answers.",
    SourceKind.GENERIC: "Signed as [Standard Webhooks](https://www.standardwebhooks.com) say, at most 5 minutes ago.",
}
EXAMPLES: dict[SourceKind, Any] = {
    SourceKind.TYPEFORM: {
        "event_id": "01HX",
        "event_type": "form_response",
        "form_response": {
            "token": "a3a12ec67a1365927098a606107fac15",
            "submitted_at": "2026-04-01T09:30:00Z",
            "hidden": {"customer_id": "c-17"},
            "definition": {
                "fields": [
                    {"id": "f1", "type": "nps", "title": "How likely are you to recommend us?"},
                    {"id": "f2", "type": "long_text", "title": "Why?"},
                ]
            },
            "answers": [
                {"type": "number", "number": 3, "field": {"id": "f1", "type": "nps"}},
                {"type": "text", "text": "It came a week late.", "field": {"id": "f2", "type": "long_text"}},
            ],
        },
    },
    SourceKind.SURVEYMONKEY: {
        "event_type": "response_completed",
        "event_id": "10027615902",
        "object_type": "response",
        "object_id": "5007154325",
        "resources": {"survey_id": "510", "collector_id": "44", "respondent_id": "5007154325"},
    },
    SourceKind.DELIGHTED: {
        "event_type": "survey_response.updated",
        "event_id": "5c2a",
        "event_data": {
            "id": "210",
            "person": {"id": "99", "email": "ada@example.com"},
            "survey_type": "nps",
            "score": 9,
            "comment": "Fast.",
            "created_at": 1775035800,
            "updated_at": 1775035860,
        },
    },
    SourceKind.PROMOTERIO: {
        "event": "feedback.added_or_changed",
        "data": {"id": 77, "score": 3, "comment": "Late.", "posted_date": "2026-04-01T09:30:00Z", "contact": {"id": 4}},
    },
    SourceKind.HUBSPOT: [{"eventId": 100, "subscriptionType": "object.creation", "objectId": 990001}],
    SourceKind.GENERIC: {
        "type": "feedback.given",
        "timestamp": "2026-04-01T09:30:00Z",
        "data": {"id": "r-1001", "score": 3, "comment": "It came a week late.", "answered_at": "2026-04-01T09:30:00Z"},
    },
}


class ReceiptOut(BaseModel):
    """What became of a webhook."""

    delivery: int | None = Field(
        description="Its number; null in an anonymous workspace, which keeps none.", examples=[7]
    )
    state: SourceDeliveryState
    is_new: bool = Field(description="false: it was received before, and nothing was done.")


def _receiver(kind: SourceKind) -> Callable[..., Awaitable[ReceiptOut]]:
    async def receive(
        request: Request, source: SourceId, resources: ResourcesDep, access: AccessPolicyDep, response: Response
    ) -> ReceiptOut:
        signed = SignedRequest(
            request.method,
            access.url_of(request),
            dict(request.headers),
            await request.body(),
            request.query_params.get("token"),
        )
        receipt = await in_slot(request, _receive, resources, access, kind, source, signed, access.address_of(request))
        response.status_code = HTTPStatus.ACCEPTED if receipt.is_new else HTTPStatus.OK
        return ReceiptOut(delivery=receipt.delivery, state=receipt.state, is_new=receipt.is_new)

    return receive


def _receive(
    resources: Resources, access: AccessPolicy, kind: SourceKind, source: str, signed: SignedRequest, address: str
) -> receiving.Receipt:
    return receiving.receive(resources.engine, kind, source, signed, address=address, limit=access.rate_limit)


def _documented(kind: SourceKind) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": {}, "example": EXAMPLES[kind]}}}
    if kind is not SourceKind.PROMOTERIO:
        return {"requestBody": body}
    token = {
        "name": "token",
        "in": "query",
        "required": True,
        "schema": {"type": "string"},
        "description": "The secret.",
    }
    return {"requestBody": body, "parameters": [token]}


for _kind in SourceKind:
    router.add_api_route(
        f"/{_kind}/{{source}}",
        _receiver(_kind),
        methods=["POST"],
        name=f"receive_{_kind}",
        summary=f"Receive a webhook ({_kind})",
        description=f"{SIGNATURES[_kind]} It is stored and processed by a job; one that is sent again does nothing.",
        responses={
            200: {"description": "It was received before."},
            202: {"description": "It is stored.", "model": ReceiptOut},
            **problems.documented(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.NOT_FOUND,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.TOO_MANY_REQUESTS,
            ),
        },
        openapi_extra=_documented(_kind),
    )


@router.head(
    "/surveymonkey/{source}",
    summary="Is there such a source?",
    response_class=Response,
    responses=problems.documented(HTTPStatus.NOT_FOUND),
)
def ask_for_source(source: SourceId, resources: ResourcesDep) -> None:
    """SurveyMonkey asks before it accepts the address of a webhook."""
    receiving.check_exists(resources.engine, SourceKind.SURVEYMONKEY, source)
