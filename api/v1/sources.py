"""`/v1/sources`: the survey tools that send webhooks, or whose answers are pulled."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http import problems
from api.http.auth import AdminAccess, PrincipalDep, WriteAccess
from api.http.bodies import SentObject
from api.v1.jobs import JobOut, accepted
from api.v1.mappings import Roles
from api.v1.parameters import Cursor, Limit, RowId
from api.v1.receiving import SourceId
from saywhy.feedback import LONGEST_KEY, Scale
from saywhy.source import Credentials, Source, SourceDelivery, SourceDeliveryState, SourceKind, SourceSettings
from service import jobs
from service.job_kinds import PullArguments
from service.paging import PAGE
from service.sources import configuration, processing
from service.sources.configuration import LONGEST_SECRET, webhook_path

router = APIRouter(prefix="/v1/sources", tags=["sources"])

DeliveryNumber = Annotated[RowId, Path(description="The number of a delivery.", examples=[7])]

_NEW: dict[str, JsonValue] = {
    "name": "Shop survey",
    "kind": "typeform",
    "form": "u6nXL7",
    "columns": {"score": ["How likely are you to recommend us?"], "comment": ["Why?"], "segments": ["plan"]},
    "wave": "2026-Q2",
}


class SourceFields(SentObject):
    """A survey tool, and how its fields are read."""

    name: str = Field(min_length=1, max_length=120, examples=["Shop survey"])
    kind: SourceKind
    namespace: str = Field(
        default="",
        max_length=LONGEST_KEY,
        description="`source` of the responses, the namespace of their ids; by default as in exports of the tool.",
    )
    form: str | None = Field(
        default=None, max_length=100, description="The form or survey to pull.", examples=["u6nXL7"]
    )
    host: str | None = Field(
        default=None,
        max_length=100,
        description="The address of the tool's interface, if it is not the usual one.",
        examples=["https://api.eu.typeform.com"],
    )
    mapping: str | None = Field(default=None, max_length=500, description="A saved mapping by which fields are read.")
    columns: Roles = Field(default_factory=Roles, description="Fields by role; they precede the mapping.")
    scale: Scale | None = Field(default=None, description="null: as the tool says, or detected.")
    wave: str | None = Field(default=None, max_length=LONGEST_KEY, description="The wave of responses that name none.")


class SourceIn(SourceFields):
    """A source to add or to replace."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})

    secret: str | None = Field(
        default=None,
        max_length=LONGEST_SECRET,
        repr=False,
        description="With which the tool signs. null: Typeform, Promoter.io and generic sources get one; a known one "
        "stays.",
    )
    token: str | None = Field(
        default=None,
        max_length=LONGEST_SECRET,
        repr=False,
        description="The access token for pulling. null: none; a known one stays.",
    )

    def to_settings(self) -> SourceSettings:
        return SourceSettings(
            name=self.name,
            kind=self.kind,
            namespace=self.namespace,
            form=self.form,
            host=self.host,
            mapping=self.mapping,
            columns=self.columns.to_choice(),
            scale=self.scale,
            wave=self.wave,
        )

    def to_credentials(self) -> Credentials:
        return Credentials(self.secret, self.token)


class SourceOut(SourceFields):
    """A source, without its secret and its token."""

    columns: Roles = Field(description="Fields by role; they precede the mapping.")
    id: str = Field(examples=["6f1e0c2b9a7d4e5f8c3b2a1908f7e6d5"])
    webhook: str = Field(
        description="The path to which the tool sends; `SECRET` stands for that of Promoter.io.",
        examples=["/v1/webhooks/typeform/6f1e0c2b9a7d4e5f8c3b2a1908f7e6d5"],
    )
    has_secret: bool
    has_token: bool
    created_at: datetime
    created_by: str
    pulled_until: datetime | None = Field(description="What changed until then was pulled.")
    is_pulling: bool = Field(description="A pull has begun and not ended; the next one goes on there.")

    @classmethod
    def of(cls, source: Source, secret: str | None = None) -> SourceOut:
        settings = source.settings
        return cls(
            **{name: getattr(settings, name) for name in SourceFields.model_fields if name != "columns"},
            columns=Roles.of(settings.columns),
            id=source.id,
            webhook=webhook_path(source, secret),
            has_secret=source.has_secret,
            has_token=source.has_token,
            created_at=source.created_at,
            created_by=source.created_by,
            pulled_until=source.pulled_until,
            is_pulling=source.checkpoint is not None,
        )


class CreatedSource(BaseModel):
    """A new source, and the secret that was made for it, which nothing shows again."""

    source: SourceOut
    secret: str | None = Field(description="To be entered in the tool; null if one was given, or the tool gives one.")


class Sources(BaseModel):
    """All sources, by name."""

    sources: list[SourceOut]


class SourceDeliveryOut(BaseModel):
    """A webhook that was received."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[7])
    state: SourceDeliveryState
    received_at: datetime
    processed_at: datetime | None
    new: int = Field(description="Responses in it, each counted once.")
    changed: int
    unchanged: int
    rejected: int
    detail: str | None = Field(description="Why it failed, or how it was read.")
    has_payload: bool = Field(description="What was sent is still stored.")


class SourceDeliveries(BaseModel):
    """Webhooks that were received, the latest first."""

    deliveries: list[SourceDeliveryOut]
    next: str | None = Field(description="The cursor of the next page; null at the end.")


_REFUSALS = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.get("", summary="List the sources")
def list_sources(resources: AdminAccess) -> Sources:
    """The sources of the workspace."""
    return Sources(
        sources=[SourceOut.of(source) for source in configuration.list_sources(resources.engine, resources.workspace)]
    )


@router.post("", summary="Add a source", status_code=HTTPStatus.CREATED, responses=_REFUSALS)
def add_source(body: SourceIn, resources: AdminAccess, principal: PrincipalDep) -> CreatedSource:
    """Add a survey tool. The response is the only place that shows a secret that was made."""
    source, secret = configuration.add_source(
        resources.engine, resources.workspace, body.to_settings(), body.to_credentials(), created_by=principal.name
    )
    return CreatedSource(source=SourceOut.of(source, secret), secret=secret)


@router.put("/{source}", summary="Change a source", responses=_REFUSALS)
def change_source(source: SourceId, body: SourceIn, resources: AdminAccess) -> SourceOut:
    """Replace what is said of a source; its kind stays, and so do a secret and a token that are not given."""
    changed = configuration.change_source(
        resources.engine, resources.workspace, source, body.to_settings(), body.to_credentials()
    )
    return SourceOut.of(changed)


@router.delete(
    "/{source}",
    summary="Remove a source",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.documented(HTTPStatus.NOT_FOUND),
)
def remove_source(source: SourceId, resources: AdminAccess) -> None:
    """Remove a source with its secrets and deliveries. Its webhooks get 404; its responses stay."""
    configuration.remove_source(resources.engine, resources.workspace, source)


@router.post("/{source}/pull", summary="Pull answers", status_code=HTTPStatus.ACCEPTED, responses=_REFUSALS)
def pull_source(
    source: SourceId,
    resources: WriteAccess,
    response: Response,
    everything: Annotated[bool, Query(description="Also what was pulled already.")] = False,
) -> JobOut:
    """Start a job that pulls the answers that are new or have changed; one that waits already is returned."""
    job = jobs.start(resources.engine, resources.workspace, PullArguments(source, everything))
    return accepted(job, response)


@router.get(
    "/{source}/deliveries",
    summary="List the deliveries",
    responses=problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
)
def list_source_deliveries(
    source: SourceId,
    resources: AdminAccess,
    state: Annotated[list[SourceDeliveryState] | None, Query(description="Only deliveries in these states.")] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> SourceDeliveries:
    """The webhooks of a source, the latest first. What was sent is kept until it is processed, at most 30 days."""
    page = processing.list_deliveries(resources.engine, resources.workspace, source, limit, cursor, states=state or ())
    return SourceDeliveries(deliveries=[_out(delivery) for delivery in page.entries], next=page.next)


@router.post("/{source}/deliveries/{delivery}/reprocess", summary="Process a delivery again", responses=_REFUSALS)
def reprocess_delivery(source: SourceId, delivery: DeliveryNumber, resources: AdminAccess) -> SourceDeliveryOut:
    """Let a job process a failed webhook again, by the present settings of its source."""
    return _out(processing.process_again(resources.engine, resources.workspace, source, delivery))


def _out(delivery: SourceDelivery) -> SourceDeliveryOut:
    return SourceDeliveryOut.model_validate(delivery)
