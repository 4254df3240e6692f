"""Shared links: read-only addresses of a part of a report, for people who do not sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from saywhy.access import PrincipalKind
from saywhy.errors import InvalidInput
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES
from saywhy.view_filters import OVERVIEW, Filters

#: Where the pages of causes are, below which is the key of one.
_CAUSES = "/causes/"

#: What of the overview is no choice among causes.
_NOT_SHARED = ("wave", "rows")

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

    @classmethod
    def of(cls, filters: Filters, cause: str | None = None) -> SharedView:
        """The report with these filters, or a cause of it. Raises `InvalidInput` for a key that is none."""
        if cause is not None:
            key = CauseKey.parse(cause)
            if key.kind not in ("theme", "topic") or not key.id:
                raise InvalidInput(f"{cause[:100]!r} is no cause: give `theme:ID` or `topic:ID`")
            filters = Filters(wave=filters.wave, group=filters.group)
        chosen = {name: str(value) for name, value in filters.query().items() if name not in _NOT_SHARED}
        return cls(filters.wave, cause, chosen)

    @classmethod
    def at(cls, address: str) -> SharedView:
        """What is at an address of the overview or of a cause. Raises `InvalidInput` for another address."""
        try:
            parts = urlsplit(address)
        except ValueError:
            raise InvalidInput("that address cannot be shared: it is none") from None
        if parts.netloc or not (parts.path == OVERVIEW or parts.path.startswith(_CAUSES)):
            raise InvalidInput("only the overview and causes can be shared")
        if parts.path == OVERVIEW:
            return cls.of(Filters.of_address(address))
        query = dict(parse_qsl(parts.query))
        is_praise = query.get("side") == "praise"
        filters = Filters(query.get("wave", ALL_WAVES), group="promoters" if is_praise else "detractors")
        return cls.of(filters, unquote(parts.path.removeprefix(_CAUSES)))

    @property
    def chosen(self) -> Filters:
        """Its filters; those whose choices are not there any more choose nothing."""
        try:
            return Filters.of_query({**self.filters, "wave": self.wave})
        except InvalidInput:
            return Filters(wave=self.wave)


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
