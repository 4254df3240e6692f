"""Builds the page of shared links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from api.web.pages.shared_links.context import LinkLine, NewLink, SharedLinks
from api.web.rendering import Web
from api.web.shared_view import described
from api.web.sharing import PATH
from saywhy.report import ALL_WAVES
from saywhy.shared_link import LinkState, SharedLink


def shared_links(links: Sequence[SharedLink], made: NewLink | None, web: Web, now: datetime) -> SharedLinks:
    """The page of all links."""
    return SharedLinks(made, tuple(_line(link, web, now) for link in links))


def _line(link: SharedLink, web: Web, now: datetime) -> LinkLine:
    wording, state, filters = web.wording, link.state(now), link.view.chosen
    wave = wording["all_waves"] if filters.wave == ALL_WAVES else filters.wave
    shows = [wave, *([link.view.cause] if link.view.cause else (value for _, value in described(filters, wording)))]
    last = wording.moment(link.last_opened_at.isoformat()) if link.last_opened_at else "–"
    facts = [
        wording("shared_links.by", name=link.created_by, day=_day(link.created_at, web)),
        wording("shared_links.until", day=_day(link.expires_at, web)),
        wording("shared_links.opened", n=wording.count(link.opened), last=last),
        wording["shared_links.with_quotes" if link.with_quotes else "shared_links.without_quotes"],
    ]
    if link.has_password:
        facts.append(wording["shared_links.has_password"])
    is_over = state in (LinkState.REVOKED, LinkState.EXPIRED)
    return LinkLine(
        name=link.name,
        shows=" · ".join(shows),
        state=wording[f"shared_links.state_{state}"],
        facts=tuple(facts),
        revoke=None if is_over else web.href(f"{PATH}/{link.id}/revoke"),
    )


def _day(moment: datetime, web: Web) -> str:
    return web.wording.day(moment.date().isoformat())
