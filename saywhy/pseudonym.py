"""Pseudonyms: responses of an anonymous workspace, without identities."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from saywhy.feedback import Response


def without_identity(response: Response, key: bytes) -> Response:
    """The response without customer, dated to the first of its month, with a pseudonym as external id.

    The pseudonym is an HMAC-SHA-256 of source and external id with the workspace's secret key. So a second import of
    the same response is recognised, and the original id cannot be derived without the key.
    """
    original_id = f"{response.source}\0{response.external_id}".encode("utf-8", "surrogatepass")
    answered_at = response.answered_at
    return replace(
        response,
        external_id=hmac.new(key, original_id, hashlib.sha256).hexdigest(),
        customer=None,
        answered_at=answered_at and answered_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    )
