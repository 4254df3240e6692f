"""Promoter.io: webhooks with score, comment and contact. <https://help.promoter.io/en/articles/537925-webhooks>"""

from __future__ import annotations

from typing import Any

from pipelines.ingest.providers.provider import Event, Provider, an_object, score_and_comment
from pipelines.ingest.tools import PROMOTER

#: Members that may hold the feedback, beside the name of the event.
_ENVELOPES = ("data", "feedback", "payload")

_READ = ("feedback.added_or_changed", "survey.response_added_or_changed")


def event(payload: Any) -> Event:
    """Feedback that is new or has changed."""
    body = an_object(payload, "the webhook")
    kind = body.get("event") or body.get("event_type") or _READ[0]
    if kind not in _READ:
        return Event(note=f"nothing to do for a {str(kind)[:50]}")
    return Event([next((inner for name in _ENVELOPES if isinstance(inner := body.get(name), dict)), body)])


PROVIDER = Provider(PROMOTER, event, reading=score_and_comment)
