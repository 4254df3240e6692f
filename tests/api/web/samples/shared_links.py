"""Links in every state, a new one, and none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from api.web.pages.shared_links.build import shared_links
from api.web.pages.shared_links.context import NewLink
from api.web.rendering import Web
from saywhy.access import PrincipalKind
from saywhy.shared_link import SharedLink, SharedView
from tests.builders.extreme_reports import HOSTILE_TEXT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

LINK = SharedLink(
    id=1,
    workspace="default",
    name=HOSTILE_TEXT,
    view=SharedView("2026-Q2", None, {"segment": f"plan={HOSTILE_TEXT}", "mark": "new", "voice": "de"}),
    with_quotes=True,
    has_password=True,
    created_at=NOW,
    created_by=HOSTILE_TEXT,
    maker_kind=PrincipalKind.PERSON,
    expires_at=NOW + timedelta(days=30),
    revoked_at=None,
    opened=1,
    last_opened_at=NOW,
    maker_may_share=True,
)
LINKS = [
    LINK,
    replace(LINK, maker_may_share=False, with_quotes=False, has_password=False),
    replace(LINK, revoked_at=NOW, view=SharedView(cause="topic:x", filters={"group": "promoters"})),
    replace(LINK, expires_at=NOW, opened=0, last_opened_at=None, view=SharedView(filters={"sort": "gone"})),
]


def samples(web: Web) -> list[object]:
    """With a link that was just made, and before there is any."""
    return [
        shared_links(LINKS, NewLink(HOSTILE_TEXT, "https://x.example/shared/token"), web, NOW),
        shared_links([], None, web, NOW),
    ]
