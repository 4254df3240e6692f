"""Whether a webhook comes from its source: the signature that each tool documents, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from standardwebhooks import Webhook, WebhookVerificationError

from saywhy.errors import InvalidSignature
from saywhy.source import SourceKind

#: Seconds that a time in a signature may lie in the past or future. HubSpot and Standard Webhooks ask for it.
TOLERANCE = 300


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What was sent: the URL as the sender has it, headers by their names in lower case, and the body.

    `token` is the parameter of that name.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    token: str | None = None


def check(kind: SourceKind, secret: str, request: SignedRequest) -> None:
    """Raise `InvalidSignature` unless the request is signed with the secret, and not long ago where it has a time."""
    if not _CHECKS[kind](secret, request):
        raise InvalidSignature


def digest(kind: SourceKind, request: SignedRequest) -> str:
    """The same for a webhook that is sent again: of its id where that is signed, else of its body; 64 hex digits."""
    identity = request.headers["webhook-id"].encode() if kind is SourceKind.GENERIC else request.body
    return hashlib.sha256(identity).hexdigest()


def _typeform(secret: str, request: SignedRequest) -> bool:
    """`sha256=` and the base64 of the HMAC-SHA-256 of the body."""
    expected = b64encode(hmac.digest(secret.encode(), request.body, "sha256"))
    return _equal(request.headers.get("typeform-signature"), b"sha256=" + expected)


def _surveymonkey(secret: str, request: SignedRequest) -> bool:
    """The base64 of the HMAC-SHA-1 of the body; the key is client id and secret joined by `&`.

    The client id comes in a header: whoever chose another one would need the secret all the same.
    """
    client_id = request.headers.get("sm-apikey", "")
    expected = hmac.digest(f"{client_id}&{secret}".encode(), request.body, "sha1")
    return _equal(request.headers.get("sm-signature"), b64encode(expected))


def _delighted(secret: str, request: SignedRequest) -> bool:
    """`sha256=` and the hex digits of the HMAC-SHA-256 of the body, with the API key."""
    expected = hmac.digest(secret.encode(), request.body, "sha256").hex()
    return _equal(request.headers.get("x-delighted-webhook-signature"), f"sha256={expected}".encode())


def _hubspot(secret: str, request: SignedRequest) -> bool:
    """The base64 of the HMAC-SHA-256 of method, URL, body and time (version 3), with the client secret."""
    timestamp = request.headers.get("x-hubspot-request-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 20):
        return False
    if abs(time.time() - int(timestamp) / 1000) > TOLERANCE:
        return False
    signed = f"{request.method}{request.url}".encode() + request.body + timestamp.encode()
    expected = b64encode(hmac.digest(secret.encode(), signed, "sha256"))
    return _equal(request.headers.get("x-hubspot-signature-v3"), expected)


def _promoterio(secret: str, request: SignedRequest) -> bool:
    """It does not sign: a token in the URL, which only the tool has."""
    return _equal(request.token, secret.encode())


def _generic(secret: str, request: SignedRequest) -> bool:
    """Standard Webhooks: id, time and body."""
    try:
        Webhook(secret).verify(request.body, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # the latter for what is not base64 or UTF-8
        return False
    return True


def _equal(given: str | None, expected: bytes) -> bool:
    return given is not None and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected)


_CHECKS = {
    SourceKind.TYPEFORM: _typeform,
    SourceKind.SURVEYMONKEY: _surveymonkey,
    SourceKind.DELIGHTED: _delighted,
    SourceKind.HUBSPOT: _hubspot,
    SourceKind.PROMOTERIO: _promoterio,
    SourceKind.GENERIC: _generic,
}
