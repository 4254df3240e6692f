"""Requests that may be repeated: the second one gets the answer of the first, and changes nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from saywhy import store
from saywhy.job import Values
from saywhy.store import Connection


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The `Idempotency-Key` of a request (1 to 255 characters), and its content: what is asked for, and the body."""

    key: str
    content: bytes

    def fingerprint(self, connection: Connection, workspace_id: int) -> str:
        """Equal for equal requests. That of an anonymous workspace needs its key: it tells nothing of the content."""
        key = store.workspaces.anonymity_key(connection, workspace_id) or b""
        return hmac.new(key, self.content, hashlib.sha256).hexdigest()


def answer_once(
    connection: Connection, workspace_id: int, request: RequestKey | None, act: Callable[[], Values]
) -> Values:
    """What `act` answers, or what it answered when the request was first sent.

    `act` must make its changes in the transaction of `connection`; if it raises an error, the key stays free. Without a
    key every request acts. Raises `KeyReused` if an earlier request with the key was another one.
    """
    if request is None:
        return act()
    fingerprint = request.fingerprint(connection, workspace_id)
    answer = store.answers.reserve(connection, workspace_id, request.key, fingerprint)
    if answer is None:
        answer = act()
        store.answers.put(connection, workspace_id, request.key, answer)
    return answer
