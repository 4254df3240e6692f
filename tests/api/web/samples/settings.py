"""The settings of an administrator, with a new secret, and as others see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from api.web.pages.settings.build import EVENTS, administration, settings
from api.web.pages.settings.context import NewSecret
from api.web.rendering import Web
from saywhy.access import Person, Role, Scope
from saywhy.code_frame import load_code_frame
from saywhy.digest import Digest, DigestOutcome, DigestResult
from saywhy.follow_up import FollowUpPolicy
from saywhy.key import Key
from saywhy.saved_view import SavedView
from saywhy.webhook import Delivery, DeliveryState, Endpoint, EndpointKind, EventType
from service.digests.managing import DigestStatus
from tests.builders.extreme_reports import HOSTILE_TEXT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

KEYS = [
    Key(1, HOSTILE_TEXT, "saywhy_q1w2", frozenset(Scope), "default", NOW, HOSTILE_TEXT, last_used_at=NOW),
    Key(2, "Old", "saywhy_e3r4", frozenset({Scope.READ}), "default", NOW, "Ada", expires_at=NOW),
    Key(3, "Gone", "saywhy_t5z6", frozenset({Scope.READ}), "default", NOW, "Ada", revoked_at=NOW),
]
PEOPLE = [Person(1, HOSTILE_TEXT, Role.EDITOR, "default", NOW, True)]
WEBHOOK = EndpointKind.WEBHOOK
ENDPOINTS = [
    Endpoint(1, WEBHOOK, f"https://x.example/{HOSTILE_TEXT}", frozenset(EVENTS), "en", False, True, NOW, "Ada"),
    Endpoint(2, WEBHOOK, "https://y.example", frozenset(EVENTS), "en", False, False, NOW, "Ada", note=HOSTILE_TEXT),
    Endpoint(3, WEBHOOK, "https://z.example", frozenset(EVENTS), "en", False, True, NOW, "Ada", failing_since=NOW),
]
READ = [
    Endpoint(4, EndpointKind.SLACK, "https://hooks.slack.com/…", frozenset(), "de", False, True, NOW, "Ada"),
    Endpoint(5, EndpointKind.EMAIL, f"anna+{HOSTILE_TEXT}@example.com", frozenset(), "en", False, True, NOW, "Ada"),
]
VIEWS = [SavedView(HOSTILE_TEXT, "/?mark=new", "Ada", NOW, 1), SavedView("Comments", "/comments", "Ada", NOW, 2)]


def digest_of(number: int, cron: str, outcome: DigestOutcome | None, *, is_paused: bool = False) -> DigestStatus:
    """A digest that is due in an hour, with a message in each state if it was sent."""
    last = None if outcome is None else DigestResult(NOW, outcome, "evt_1")
    due = None if is_paused else NOW + timedelta(hours=1)
    digest = Digest(number, VIEWS[0], cron, "Europe/Berlin", "zh-Hans", (4, 5), HOSTILE_TEXT, NOW, due, None, last)
    messages = tuple(
        Delivery(1, endpoint, "evt_1", EventType.DIGEST, state, 1, NOW, NOW, detail=HOSTILE_TEXT)
        for endpoint, state in zip((4, 5, 9), DeliveryState, strict=True)
        if outcome is DigestOutcome.SENT
    )
    return DigestStatus(digest, messages)


DIGESTS = [
    digest_of(1, "0 7 * * 1", None),
    digest_of(2, "30 16 * * 0", DigestOutcome.SENT),
    digest_of(3, "5 4 1 * *", DigestOutcome.TEST, is_paused=True),
    *(digest_of(4 + number, "0 8-10/2 * * 1-5", outcome) for number, outcome in enumerate(DigestOutcome)),
]


def samples(web: Web) -> list[object]:
    """With much, with nothing, and without what only administrators see."""
    frame, policy = load_code_frame(), FollowUpPolicy()
    full = administration(KEYS, PEOPLE, ENDPOINTS, web, NOW)
    nothing = administration([], [], [], web, NOW)
    read = administration(KEYS, PEOPLE, [*ENDPOINTS, *READ], web, NOW, digests=DIGESTS, views=VIEWS)
    secret = NewSecret(HOSTILE_TEXT, "saywhy_secret")
    return [
        settings(frame, policy, full, web, secret),
        settings(frame, policy, read, web, NewSecret("Done", None), has_password=True),
        settings(frame, None, nothing, web),
        settings(frame, None, None, web),
    ]
