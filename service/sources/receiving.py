"""Taking a webhook: who sent it is checked, what was sent is stored, and the sender is answered at once."""

from __future__ import annotations

import time
from dataclasses import dataclass

from saywhy import store
from saywhy.errors import InvalidSignature, SourceNotFound, TooManyRequests
from saywhy.source import Source, SourceDeliveryState, SourceKind
from saywhy.store import Connection, Engine
from service import jobs
from service.access import WINDOW
from service.job_kinds import ReceiveArguments
from service.sources import signatures
from service.sources.processing import process
from service.sources.signatures import SignedRequest
from service.workspaces import writing


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told: the number of the delivery, None if none is stored; its state; whether it is new."""

    delivery: int | None
    state: SourceDeliveryState
    is_new: bool


def receive(
    engine: Engine, kind: SourceKind, source_id: str, request: SignedRequest, *, address: str, limit: int
) -> Receipt:
    """Store a webhook, and let a job process it. One that the source has sent before does nothing.

    In an anonymous workspace nothing is stored but responses: the webhook is processed at once, and reduced to what
    such a workspace holds. `limit`: webhooks a minute that a source may send, and wrongly signed ones that an `address`
    may; 0: any number. Raises `SourceNotFound`, `InvalidSignature`, `TooManyRequests`, and in an anonymous workspace
    what `process` raises.
    """
    workspace, source = _signed(engine, kind, source_id, request, address, limit)
    with writing(engine, workspace) as (connection, workspace_id):
        _take(connection, f"source {source.id}", limit)
        if store.workspaces.is_anonymous(connection, workspace_id):
            outcome = process(connection, workspace_id, source, request.body)
            return Receipt(None, SourceDeliveryState.PROCESSED, outcome.counts.new > 0)
        digest = signatures.digest(kind, request)
        delivery, is_new = store.source_deliveries.add(connection, workspace_id, source.id, digest, request.body)
        if is_new:
            jobs.add(connection, workspace_id, ReceiveArguments())
    return Receipt(delivery.id, delivery.state, is_new)


def check_exists(engine: Engine, kind: SourceKind, source_id: str) -> None:
    """Raise `SourceNotFound` unless there is a source of this id and kind."""
    with store.reading(engine) as connection:
        _, source = store.sources.named(connection, source_id)
    if source.settings.kind is not kind:
        raise SourceNotFound


def _signed(
    engine: Engine, kind: SourceKind, source_id: str, request: SignedRequest, address: str, limit: int
) -> tuple[str, Source]:
    """The source that has signed the request, and its workspace."""
    with store.reading(engine) as connection:
        workspace, source = store.sources.named(connection, source_id)
        secret = store.sources.credentials(connection, source.id).secret
    if source.settings.kind is not kind:
        raise SourceNotFound
    if secret is None:
        raise InvalidSignature("this source has no secret, with which its webhooks would be signed")
    try:
        signatures.check(kind, secret, request)
    except InvalidSignature:
        with engine.begin() as connection:
            _take(connection, f"webhooks of {address}", limit)
        raise
    return workspace, source


def _take(connection: Connection, subject: str, limit: int) -> None:
    """Take one of the requests a minute. Raises `TooManyRequests` if there are none left."""
    if limit:
        now = time.time()
        taken = store.rate_limits.take(connection, subject, 1, limit, seconds=WINDOW, now=now)
        if not taken.granted:
            wait = max(1, taken.ends_at - int(now))
            raise TooManyRequests(f"more than {limit} webhooks in a minute; wait {wait} s", retry_after=wait)
