"""Webhooks as the survey tools send and sign them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from api.v1.receiving import EXAMPLES
from saywhy.source import SourceKind

STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def body_of(kind: SourceKind, payload: Any = None) -> bytes:
    """The body of a webhook, by default the documented example."""
    return json.dumps(EXAMPLES[kind] if payload is None else payload, ensure_ascii=False).encode()


def signed(
    kind: SourceKind, secret: str, body: bytes, *, url: str = "", at: float | None = None, webhook_id: str = "msg_1"
) -> dict[str, str]:
    """The headers with which the tool sends a body, `at` a time in seconds, by default now."""
    at = time.time() if at is None else at
    if kind is SourceKind.TYPEFORM:
        return {"Typeform-Signature": "sha256=" + _base64(secret, body, "sha256")}
    if kind is SourceKind.SURVEYMONKEY:
        return {"Sm-Apikey": "client", "Sm-Signature": _base64(f"client&{secret}", body, "sha1")}
    if kind is SourceKind.DELIGHTED:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Delighted-Webhook-Signature": f"sha256={digest}"}
    if kind is SourceKind.HUBSPOT:
        milliseconds = str(int(at * 1000))
        signature = _base64(secret, b"POST" + url.encode() + body + milliseconds.encode(), "sha256")
        return {"X-HubSpot-Request-Timestamp": milliseconds, "X-HubSpot-Signature-v3": signature}
    if kind is SourceKind.GENERIC:
        moment = datetime.fromtimestamp(int(at), UTC)
        signature = Webhook(secret).sign(webhook_id, moment, body.decode())
        return {"webhook-id": webhook_id, "webhook-timestamp": str(int(at)), "webhook-signature": signature}
    return {}


def _base64(secret: str, message: bytes, algorithm: str) -> str:
    return b64encode(hmac.new(secret.encode(), message, algorithm).digest()).decode()
