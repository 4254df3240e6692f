"""Shared links: read-only addresses of a part of a report, for people who do not sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from saywhy.access import PrincipalKind
from saywhy.report import ALL_WAVES

#: Days after which a link ends, unless whoever makes it says otherwise, and at the latest.
DEFAULT_DAYS, MOST_DAYS = 30, 365


class LinkState(StrEnum):
    """Whether a link shows something."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"  # whoever made it may not share any more


@dataclass(frozen=True, slots=True)
class SharedView:
    """What a link shows: the report on a wave, or one cause of it (`theme:ID` or `topic:ID`).

    `filters` are those of the overview by their names, without what is chosen by default.
    """

    wave: str = ALL_WAVES
    cause: str | None = None
    filters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link of one workspace, without its token, of which only a SHA-256 digest is stored."""

    id: int
    workspace: str
    name: str
    view: SharedView
    with_quotes: bool  # masked, as everywhere; False: none, but names of causes may be words of comments
    has_password: bool
    created_at: datetime
    created_by: str
    maker_kind: PrincipalKind
    expires_at: datetime
    revoked_at: datetime | None
    opened: int
    last_opened_at: datetime | None
    maker_may_share: bool

    def state(self, now: datetime) -> LinkState:
        if self.revoked_at is not None:
            return LinkState.REVOKED
        if self.expires_at <= now:
            return LinkState.EXPIRED
        return LinkState.ACTIVE if self.maker_may_share else LinkState.SUSPENDED
