"""The settings of an administrator, with a new secret, and as others see them."""

from __future__ import annotations

from datetime import UTC, datetime

from api.web.pages.settings.build import EVENTS, administration, settings
from api.web.pages.settings.context import NewSecret
from api.web.rendering import Web
from saywhy.access import Person, Role, Scope
from saywhy.code_frame import load_code_frame
from saywhy.follow_up import FollowUpPolicy
from saywhy.key import Key
from saywhy.webhook import Endpoint, EndpointKind
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


def samples(web: Web) -> list[object]:
    """With much, with nothing, and without what only administrators see."""
    frame, policy = load_code_frame(), FollowUpPolicy()
    full = administration(KEYS, PEOPLE, ENDPOINTS, web, NOW)
    nothing = administration([], [], [], web, NOW)
    secret = NewSecret(HOSTILE_TEXT, "saywhy_secret")
    return [
        settings(frame, policy, full, web, secret),
        settings(frame, None, nothing, web),
        settings(frame, None, None, web),
    ]
