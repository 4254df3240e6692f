"""`/v1/digests`: saved views that are sent again and again, to Slack and by e-mail."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import AdminAccess, PrincipalDep
from api.http.bodies import Items, SentObject
from api.v1.jobs import JobOut
from api.v1.parameters import RowId
from api.v1.webhook_deliveries import DeliveryOut
from saywhy.digest import DigestOutcome
from saywhy.saved_view import MAX_ADDRESS, MAX_NAME
from service.digests import managing
from service.digests.managing import Change, DigestStatus

router = APIRouter(prefix="/v1/digests", tags=["webhooks"])

Number = Annotated[RowId, Path(description="The number of a digest.", examples=[1])]
ViewName = Annotated[
    str, Field(min_length=1, max_length=MAX_NAME, description="The name of a saved view.", examples=["Weekly"])
]
Address = Annotated[
    str,
    Field(
        max_length=MAX_ADDRESS,
        description="Saves the view first, or changes the one of that name: an address of the overview.",
        examples=["/?wave=all&sort=mentions"],
    ),
]
Cron = Annotated[
    str,
    Field(
        max_length=200,
        description="Minute, hour, day of month, month and day of week.",
        examples=["0 7 * * MON"],
    ),
]
TimeZone = Annotated[str, Field(max_length=100, description="IANA name.", examples=["Europe/Berlin"])]
Language = Annotated[Literal["en", "de", "zh-Hans", "zh-Hant"], Field(description="Of the digest.", examples=["de"])]
Endpoints = Annotated[
    Items[RowId],
    Field(
        min_length=1,
        max_length=50,
        description="The numbers of webhook endpoints of the kinds `slack` and `email`.",
        examples=[[2, 3]],
    ),
]

_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class NewDigest(SentObject):
    """A saved view to send, when, and to whom."""

    view: ViewName
    address: Address | None = None
    endpoints: Endpoints
    cron: Cron
    time_zone: TimeZone = "UTC"
    language: Language = "en"


class DigestChange(SentObject):
    """What to change of a digest; what is left out, or null, stays."""

    view: ViewName | None = None
    address: Address | None = None
    endpoints: Endpoints | None = None
    cron: Cron | None = None
    time_zone: TimeZone | None = None
    language: Language | None = None
    is_paused: bool | None = Field(default=None, description="true: it is not sent until it is false again.")


class DigestOut(BaseModel):
    """A digest, and what came of it the last time."""

    id: int = Field(examples=[1])
    view: str
    address: str
    endpoints: list[int]
    cron: str
    time_zone: str
    language: str
    is_paused: bool
    next_at: datetime | None = Field(description="When it is due next; null while it is paused.")
    created_by: str
    created_at: datetime
    last_at: datetime | None = Field(description="When it was last due or tested.")
    last_outcome: DigestOutcome | None = Field(
        description="What came of that. `nothing_new`: nothing was sent, as there was no newer report."
    )
    report: datetime | None = Field(description="When the report was made that it last told of.")
    deliveries: list[DeliveryOut] = Field(description="The messages of the last time that it was sent.")

    @classmethod
    def of(cls, status: DigestStatus) -> DigestOut:
        digest = status.digest
        return cls(
            id=digest.id,
            view=digest.view.name,
            address=digest.view.address,
            endpoints=list(digest.endpoints),
            cron=digest.cron,
            time_zone=digest.time_zone,
            language=digest.language,
            is_paused=digest.is_paused,
            next_at=digest.next_at,
            created_by=digest.created_by,
            created_at=digest.created_at,
            last_at=digest.last.at if digest.last else None,
            last_outcome=digest.last.outcome if digest.last else None,
            report=datetime.fromisoformat(digest.report) if digest.report else None,
            deliveries=[DeliveryOut.of(delivery) for delivery in status.deliveries],
        )


class Digests(BaseModel):
    """All digests of the workspace, the oldest first."""

    digests: list[DigestOut]


@router.get("", summary="List the digests")
def list_digests(resources: AdminAccess) -> Digests:
    """What is sent to whom, and what came of it the last time."""
    listed = managing.list_digests(resources.engine, resources.workspace)
    return Digests(digests=[DigestOut.of(status) for status in listed])


@router.post("", summary="Add a digest", status_code=HTTPStatus.CREATED, responses=problems.documented(*_REFUSED))
def add_digest(body: NewDigest, resources: AdminAccess, principal: PrincipalDep) -> DigestOut:
    """Send a saved view of the overview whenever the cron expression comes true and there is a newer report."""
    status = managing.add_digest(
        resources.engine,
        resources.workspace,
        body.view,
        body.endpoints,
        cron=body.cron,
        created_by=principal.name,
        time_zone=body.time_zone,
        language=body.language,
        address=body.address,
    )
    return DigestOut.of(status)


@router.get("/{digest}", summary="Read a digest", responses=problems.documented(HTTPStatus.NOT_FOUND))
def read_digest(digest: Number, resources: AdminAccess) -> DigestOut:
    """One digest, with the messages of the last time that it was sent."""
    return DigestOut.of(managing.read_digest(resources.engine, resources.workspace, digest))


@router.patch("/{digest}", summary="Change a digest", responses=problems.documented(*_REFUSED))
def change_digest(digest: Number, body: DigestChange, resources: AdminAccess, principal: PrincipalDep) -> DigestOut:
    """Change what is sent, when or to whom, pause a digest, or let it go on."""
    change = Change(
        view=body.view,
        address=body.address,
        cron=body.cron,
        time_zone=body.time_zone,
        language=body.language,
        endpoints=body.endpoints,
        is_paused=body.is_paused,
    )
    changed = managing.change_digest(resources.engine, resources.workspace, digest, change, by=principal.name)
    return DigestOut.of(changed)


@router.delete(
    "/{digest}",
    summary="Remove a digest",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.documented(HTTPStatus.NOT_FOUND),
)
def remove_digest(digest: Number, resources: AdminAccess) -> None:
    """Remove a digest. Its view and its endpoints stay."""
    managing.remove_digest(resources.engine, resources.workspace, digest)


@router.post(
    "/{digest}/test",
    summary="Test a digest",
    status_code=HTTPStatus.ACCEPTED,
    responses=problems.documented(HTTPStatus.NOT_FOUND),
)
def test_digest(digest: Number, resources: AdminAccess) -> JobOut:
    """Send the digest now, marked as a test, to all its endpoints. The job that does it says how that went."""
    return JobOut.of(managing.send_test(resources.engine, resources.workspace, digest))
