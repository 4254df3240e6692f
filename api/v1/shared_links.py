"""`/v1/shared-links`: read-only links to parts of reports."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import PrincipalDep, WriteAccess
from api.http.bodies import SentObject
from api.http.dependencies import AccessPolicyDep
from api.v1.parameters import RowId
from api.web.addresses import link_url
from saywhy.report import ALL_WAVES
from saywhy.shared_link import DEFAULT_DAYS, MOST_DAYS, LinkState, SharedLink, SharedView
from saywhy.view_filters import Filters, Group, Mark, Sort
from service import shared_links
from service.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD

router = APIRouter(prefix="/v1/shared-links", tags=["access"])

Number = Annotated[RowId, Path(description="The number of a link.", examples=[2])]

#: What of respondents' words a link shows.
Quotes = Literal["masked", "none"]

_Text = Annotated[str, Field(max_length=500)]


class SharedViewModel(SentObject):
    """A part of the report on a wave: the causes that pass the filters of the overview, or one cause."""

    wave: _Text = Field(default=ALL_WAVES, description="A wave, or `all` together.", examples=["2026-Q2"])
    cause: _Text | None = Field(
        default=None, description="Only this cause, `theme:ID` or `topic:ID`; of the filters, `group` alone holds then."
    )
    group: Group = Field(default="detractors", description="`promoters`: praise instead of complaints.")
    segment: _Text = Field(default="", description="Named more often in it: `dimension=value`.", examples=["plan=team"])
    language: _Text = Field(default="", description="Named in this language.")
    mark: Mark | Literal[""] = Field(default="", description="With this mark.")
    sort: Sort = Field(default="rank", description="The order of the causes.")


class NewLink(SentObject):
    """A link to make."""

    name: str = Field(min_length=1, max_length=120, description="For whom or what it is.", examples=["Board, July"])
    view: SharedViewModel = Field(default_factory=SharedViewModel)
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_DAYS, description="Days after which it ends.")
    quotes: Quotes = Field(default="masked", description="`none`: no quotes; names of causes may be words of comments.")
    password: str | None = Field(
        default=None,
        min_length=SHORTEST_PASSWORD,
        max_length=LONGEST_PASSWORD,
        repr=False,
        description="What whoever opens it must know.",
    )


class SharedLinkOut(BaseModel):
    """A link, without its token."""

    id: int
    name: str = Field(examples=["Board, July"])
    view: SharedViewModel
    quotes: Quotes
    has_password: bool
    state: LinkState = Field(description="`suspended`: whoever made it may not edit any more.")
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    opened: int = Field(description="How often it was opened.")
    last_opened_at: datetime | None

    @classmethod
    def of(cls, link: SharedLink, now: datetime) -> SharedLinkOut:
        filters = link.view.chosen
        return cls(
            id=link.id,
            name=link.name,
            view=SharedViewModel(
                wave=filters.wave,
                cause=link.view.cause,
                group=filters.group,
                segment=filters.segment,
                language=filters.voice,
                mark=filters.mark,
                sort=filters.sort,
            ),
            quotes="masked" if link.with_quotes else "none",
            has_password=link.has_password,
            state=link.state(now),
            created_at=link.created_at,
            created_by=link.created_by,
            expires_at=link.expires_at,
            revoked_at=link.revoked_at,
            opened=link.opened,
            last_opened_at=link.last_opened_at,
        )


class CreatedLink(BaseModel):
    """A new link and its address, which nothing shows again."""

    link: SharedLinkOut
    url: str = Field(examples=["https://saywhy.example/shared/Vb0…"])


class SharedLinks(BaseModel):
    """All links of the workspace, the latest first."""

    links: list[SharedLinkOut]


@router.get("", summary="List the shared links")
def list_shared_links(resources: WriteAccess) -> SharedLinks:
    """All links of the workspace, also those that have ended, with how often they were opened."""
    links, now = shared_links.list_links(resources.engine, resources.workspace), _now()
    return SharedLinks(links=[SharedLinkOut.of(link, now) for link in links])


@router.post(
    "",
    summary="Share a part of a report",
    status_code=HTTPStatus.CREATED,
    responses=problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def share_report(
    body: NewLink, request: Request, resources: WriteAccess, principal: PrincipalDep, access: AccessPolicyDep
) -> CreatedLink:
    """Make a read-only link to a part of the latest report, for people who do not sign in.

    The response is the only place that shows its address. It ends when it expires, when it is revoked, and when whoever
    made it may not edit any more. Personal data in quotes is masked.
    """
    view = body.view
    filters = Filters(view.wave, view.segment, view.language, view.group, view.mark, view.sort)
    link, token = shared_links.share(
        resources.engine,
        resources.workspace,
        body.name,
        SharedView.of(filters, view.cause),
        maker=principal,
        days=body.days,
        with_quotes=body.quotes == "masked",
        password=body.password,
    )
    return CreatedLink(link=SharedLinkOut.of(link, _now()), url=link_url(request, access, token))


@router.delete("/{link}", summary="Revoke a shared link", responses=problems.documented(HTTPStatus.NOT_FOUND))
def revoke_shared_link(link: Number, resources: WriteAccess) -> SharedLinkOut:
    """Revoke a link for good: from now on it shows nothing."""
    return SharedLinkOut.of(shared_links.revoke_link(resources.engine, resources.workspace, link), _now())


def _now() -> datetime:
    return datetime.now(UTC)
