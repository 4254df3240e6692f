"""What is sent to an endpoint: the body of the request, and its headers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from pipelines.render.slack import slack_message
from pipelines.render.wording import Wording
from saywhy import __version__
from saywhy.webhook import DeliveryClaim, EndpointKind
from saywhy.webhook_data import DigestData
from service.webhooks.addresses import Outgoing
from service.webhooks.outbox import as_json, from_json


@dataclass(frozen=True, slots=True)
class Message:
    """A request to an endpoint."""

    url: str
    body: bytes
    headers: dict[str, str]


def message(claim: DeliveryClaim, secrets: Sequence[str], now: datetime, outgoing: Outgoing) -> Message:
    """The message to be sent, signed with the secrets, the first of which is the URL of Slack.

    Its id and body are the same at each attempt, time and signature are not.
    """
    headers = {"Content-Type": "application/json", "User-Agent": f"saywhy/{__version__}"}
    data = from_json(claim.delivery.type, dict(claim.data))
    if claim.endpoint.kind is EndpointKind.SLACK:
        link = outgoing.link_to(data.address) if isinstance(data, DigestData) else None
        body = _json(slack_message(data, Wording(claim.endpoint.language), link))
        return Message(secrets[0], body.encode(), headers)
    occurred_at = claim.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    body = _json({"type": claim.delivery.type.value, "timestamp": occurred_at, "data": as_json(data)})
    event_id = claim.delivery.event_id
    headers |= {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event_id, now, body) for secret in secrets),
    }
    return Message(claim.endpoint.url, body.encode(), headers)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
