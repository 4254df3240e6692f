"""What is left of a response where anonymity was promised."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from saywhy.feedback import Response


def without_identity(response: Response, key: bytes) -> Response:
    """The response without its customer, of the first of its month, under an id that only the key holder can make.

    The id is a keyed digest (HMAC-SHA-256) of source and external id: the same response is known again in a second
    import, and nobody who sees the new id can tell the old one without the key.
    """
    name = f"{response.source}\0{response.external_id}".encode("utf-8", "surrogatepass")
    at = response.answered_at
    return replace(
        response,
        external_id=hmac.new(key, name, hashlib.sha256).hexdigest(),
        customer=None,
        answered_at=at and at.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    )
