"""`/v1/webhook-endpoints`: who is told of what."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import AdminAccess, PersonalDataDep, PrincipalDep, require
from api.http.bodies import Items, SentObject
from api.v1.parameters import RowId
from api.v1.webhook_deliveries import DeliveryOut
from saywhy.access import Scope
from saywhy.webhook import Endpoint, EndpointKind, EventType
from service.webhooks import endpoints
from service.webhooks.addresses import LONGEST_URL
from service.webhooks.endpoints import Change

router = APIRouter(prefix="/v1/webhook-endpoints", tags=["webhooks"])

Number = Annotated[RowId, Path(description="The number of an endpoint.", examples=[1])]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_URL,
        description="Of e-mail the address.",
        examples=["https://crm.example/hooks/saywhy"],
    ),
]
Subscription = Literal[
    "detractor.new",
    "account.turned",
    "complaint.rising",
    "fix.regressed",
    "drift.found",
    "report.finished",
    "staff.praised",
]
Events = Annotated[
    Items[Subscription],
    Field(
        max_length=20,
        description="At least one of a webhook; without any, Slack and e-mail are told of digests alone.",
        examples=[["detractor.new", "report.finished"]],
    ),
]
Language = Annotated[
    Literal["en", "de", "zh-Hans", "zh-Hant"], Field(description="Of messages to Slack and of e-mail.", examples=["de"])
]
PersonalData = Annotated[
    bool,
    Field(
        description="Whether messages have ids of customers, accounts that are called by a person, and names of "
        "employees who are praised. Setting it, and changing an endpoint that has it, needs the scope `pii`."
    ),
]

_CHANGED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class NewEndpoint(SentObject):
    """An endpoint to tell of events."""

    url: Url
    events: Events
    kind: EndpointKind = Field(
        default=EndpointKind.WEBHOOK,
        description="`webhook`: signed JSON; `slack`: an incoming webhook of Slack; `email`: an e-mail address.",
    )
    language: Language = "en"
    with_personal_data: PersonalData = False


class EndpointChange(SentObject):
    """What to change of an endpoint; what is left out, or null, stays."""

    url: Url | None = None
    events: Events | None = None
    language: Language | None = None
    with_personal_data: PersonalData | None = None
    is_enabled: bool | None = Field(
        default=None, description="false: nothing is sent any more, and what waits is dead. true: it is sent again."
    )


class EndpointOut(BaseModel):
    """An endpoint, without its secret."""

    id: int = Field(examples=[1])
    kind: EndpointKind
    url: str = Field(description="That of Slack is a secret: only its host is shown.")
    events: list[EventType]
    language: str
    with_personal_data: bool
    is_enabled: bool
    note: str | None = Field(description="Why it was disabled, if the worker did that.")
    failing_since: datetime | None = Field(description="The first failure after the last success.")
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, endpoint: Endpoint) -> EndpointOut:
        return cls(
            id=endpoint.id,
            kind=endpoint.kind,
            url=endpoint.url,
            events=sorted(endpoint.events),
            language=endpoint.language,
            with_personal_data=endpoint.with_personal_data,
            is_enabled=endpoint.is_enabled,
            note=endpoint.note,
            failing_since=endpoint.failing_since,
            created_at=endpoint.created_at,
            created_by=endpoint.created_by,
        )


class EndpointWithSecret(BaseModel):
    """An endpoint and its secret, which nothing shows again."""

    endpoint: EndpointOut
    secret: str | None = Field(
        description="The key of the signatures; null for Slack and e-mail.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )


class Endpoints(BaseModel):
    """All endpoints of the workspace, the oldest first."""

    endpoints: list[EndpointOut]


@router.get("", summary="List the webhook endpoints")
def list_endpoints(resources: AdminAccess) -> Endpoints:
    """Where messages are sent, and whether they arrive."""
    listed = endpoints.list_endpoints(resources.engine, resources.workspace)
    return Endpoints(endpoints=[EndpointOut.of(endpoint) for endpoint in listed])


@router.post(
    "",
    summary="Add a webhook endpoint",
    status_code=HTTPStatus.CREATED,
    responses=problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def add_endpoint(body: NewEndpoint, resources: AdminAccess, principal: PrincipalDep) -> EndpointWithSecret:
    """Tell an endpoint of events from now on. The response is the only place that shows its secret."""
    if body.with_personal_data:
        require(principal, Scope.PII)
    endpoint, secret = endpoints.add_endpoint(
        resources.engine,
        resources.workspace,
        body.url,
        frozenset(map(EventType, body.events)),
        outgoing=resources.outgoing,
        created_by=principal.name,
        kind=body.kind,
        language=body.language,
        with_personal_data=body.with_personal_data,
    )
    return EndpointWithSecret(endpoint=EndpointOut.of(endpoint), secret=secret)


@router.patch("/{endpoint}", summary="Change a webhook endpoint", responses=_CHANGED)
def change_endpoint(
    endpoint: Number,
    body: EndpointChange,
    resources: AdminAccess,
    principal: PrincipalDep,
    may_see_personal_data: PersonalDataDep,
) -> EndpointOut:
    """Change where messages are sent and which, disable an endpoint, or enable it again."""
    if body.with_personal_data:
        require(principal, Scope.PII)
    change = Change(
        url=body.url,
        events=None if body.events is None else frozenset(map(EventType, body.events)),
        language=body.language,
        with_personal_data=body.with_personal_data,
        is_enabled=body.is_enabled,
    )
    changed = endpoints.change_endpoint(
        resources.engine,
        resources.workspace,
        endpoint,
        change,
        outgoing=resources.outgoing,
        may_see_personal_data=may_see_personal_data,
    )
    return EndpointOut.of(changed)


@router.delete(
    "/{endpoint}",
    summary="Remove a webhook endpoint",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.documented(HTTPStatus.NOT_FOUND),
)
def remove_endpoint(endpoint: Number, resources: AdminAccess) -> None:
    """Remove an endpoint with its deliveries."""
    endpoints.remove_endpoint(resources.engine, resources.workspace, endpoint)


@router.post("/{endpoint}/secret", summary="Give a webhook endpoint another secret", responses=_CHANGED)
def rotate_secret(
    endpoint: Number, resources: AdminAccess, may_see_personal_data: PersonalDataDep
) -> EndpointWithSecret:
    """For a day, messages are signed with the new and the previous secret."""
    changed, secret = endpoints.rotate_secret(
        resources.engine, resources.workspace, endpoint, may_see_personal_data=may_see_personal_data
    )
    return EndpointWithSecret(endpoint=EndpointOut.of(changed), secret=secret)


@router.post(
    "/{endpoint}/ping",
    summary="Test a webhook endpoint",
    status_code=HTTPStatus.ACCEPTED,
    responses=problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def ping_endpoint(endpoint: Number, resources: AdminAccess) -> DeliveryOut:
    """Send a message that tells of nothing, once. Its delivery says how that went."""
    return DeliveryOut.of(endpoints.ping(resources.engine, resources.workspace, endpoint))
