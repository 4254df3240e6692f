"""Pseudonyms: responses of an anonymous workspace, without identities."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from saywhy.feedback import Response

#: How the pseudonyms of responses begin that had no id of their own.
UNIDENTIFIED = "row-"


def without_identity(response: Response, key: bytes) -> Response:
    """The response without customer, dated to the first of its month, with a pseudonym as external id.

    The pseudonym is an HMAC-SHA-256 of source and external id with the workspace's secret key. So a second import of
    the same response is recognised, and the original id cannot be derived without the key. That of an id which was made
    from the content of the row begins with `UNIDENTIFIED`.
    """
    original_id = f"{response.source}\0{response.external_id}".encode("utf-8", "surrogatepass")
    answered_at = response.answered_at
    digest = hmac.new(key, original_id, hashlib.sha256).hexdigest()
    return replace(
        response,
        external_id=f"{UNIDENTIFIED}{digest}" if response.has_content_id else digest,
        customer=None,
        answered_at=answered_at and answered_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    )
