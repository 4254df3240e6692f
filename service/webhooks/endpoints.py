"""Endpoints: who is told of what. Administrators add, change, test and remove them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.render.wording import closest_language
from saywhy import store
from saywhy.errors import Conflict, Forbidden, InvalidInput
from saywhy.store import Connection, Engine
from saywhy.webhook import Delivery, Endpoint, EndpointKind, EventType, NewEvent, new_secret
from saywhy.webhook_data import PingData
from service.webhooks.addresses import Outgoing, check_url
from service.webhooks.mail_server import check_address
from service.webhooks.outbox import as_json, tell
from service.workspaces import reading, writing

#: Endpoints of a workspace: each event is written once for every one of them.
MOST = 50

#: How long messages are signed with the previous secret too.
OVERLAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed of an endpoint; None leaves it as it is."""

    url: str | None = None
    events: Collection[EventType] | None = None
    language: str | None = None
    with_personal_data: bool | None = None
    is_enabled: bool | None = None


def add_endpoint(
    engine: Engine,
    workspace: str,
    url: str,
    events: Collection[EventType],
    *,
    outgoing: Outgoing,
    created_by: str,
    kind: EndpointKind = EndpointKind.WEBHOOK,
    language: str = "en",
    with_personal_data: bool = False,
) -> tuple[Endpoint, str | None]:
    """Tell an endpoint of events from now on; it and its secret, which nothing shows again. Only webhooks have one.

    `url` is the address of e-mail. Without an event, Slack and e-mail are told of digests alone.

    Raises `WorkspaceNotFound`; `InvalidInput` for a URL or address to which nothing may be sent, a webhook without an
    event, and a language without words; `Conflict` for what an anonymous workspace tells nobody, beyond `MOST`, for
    e-mail without a mail server, and without a key file.
    """
    url = _checked(kind, url, outgoing)
    values = {
        "kind": kind,
        "url": _shown(kind, url),
        "events": sorted(_subscribed(kind, events)),
        "language": closest_language(language),
        "with_personal_data": with_personal_data,
        "is_enabled": True,
        "created_at": datetime.now(UTC),
        "created_by": created_by,
    }
    secret = {EndpointKind.SLACK: url, EndpointKind.WEBHOOK: new_secret()}.get(kind)
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        _refuse_anonymous(connection, workspace_id, events, with_personal_data)
        if len(store.webhooks.load(connection, workspace_id)) >= MOST:
            raise Conflict(f"there are {MOST} endpoints, which is the most a workspace may have; remove one first")
        endpoint = store.webhooks.add(connection, workspace_id, values, secret)
    return endpoint, secret if kind is EndpointKind.WEBHOOK else None


def _checked(kind: EndpointKind, url: str, outgoing: Outgoing) -> str:
    """The URL, or the address of e-mail. Raises `InvalidInput` if nothing may be sent there, and `Conflict` without a
    mail server.
    """
    if kind is not EndpointKind.EMAIL:
        check_url(url, outgoing)
        return url
    if outgoing.mail_server is None:
        raise Conflict("this server sends no e-mail: whoever runs it sets SAYWHY_MAIL_HOST and SAYWHY_MAIL_SENDER")
    return check_address(url)


def _shown(kind: EndpointKind, url: str) -> str:
    """What is shown of a URL: that of Slack is a secret, so only how it begins."""
    return "/".join([*url.split("/")[:3], "…"]) if kind is EndpointKind.SLACK else url


def list_endpoints(engine: Engine, workspace: str) -> list[Endpoint]:
    """All endpoints, the oldest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.webhooks.load(connection, workspace_id)


def change_endpoint(
    engine: Engine,
    workspace: str,
    endpoint_id: int,
    change: Change,
    *,
    outgoing: Outgoing,
    may_see_personal_data: bool = True,
) -> Endpoint:
    """Change an endpoint. Disabling it withdraws what waits; enabling it clears the note.

    Who may not see personal data cannot change an endpoint that gets it, lest it be sent elsewhere. Raises
    `WorkspaceNotFound`, `EndpointNotFound`, `Forbidden`, and what `add_endpoint` raises.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        endpoint = _changeable(connection, workspace_id, endpoint_id, may_see_personal_data)
        values: dict[str, Any] = {}
        url = None if change.url is None else _checked(endpoint.kind, change.url, outgoing)
        if url is not None:
            values["url"] = _shown(endpoint.kind, url)
        if change.events is not None:
            values["events"] = sorted(_subscribed(endpoint.kind, change.events))
        if change.language is not None:
            values["language"] = closest_language(change.language)
        if change.with_personal_data is not None:
            values["with_personal_data"] = change.with_personal_data
        wanted = frozenset(map(EventType, values.get("events", endpoint.events)))
        _refuse_anonymous(connection, workspace_id, wanted, values.get("with_personal_data", False))
        if change.is_enabled is False:
            store.webhooks.disable(connection, endpoint_id, endpoint.note, "the endpoint was disabled")
        elif change.is_enabled:
            values |= {"is_enabled": True, "note": None}
        secret = url if endpoint.kind is EndpointKind.SLACK else None
        return store.webhooks.change(connection, workspace_id, endpoint_id, values, secret)


def rotate_secret(
    engine: Engine, workspace: str, endpoint_id: int, *, may_see_personal_data: bool = True
) -> tuple[Endpoint, str]:
    """Give an endpoint another secret; for a day, messages are signed with both.

    Raises `WorkspaceNotFound`, `EndpointNotFound`, `Forbidden` as `change_endpoint` does, and `Conflict` for Slack and
    e-mail, which know no signature.
    """
    secret = new_secret()
    with writing(engine, workspace) as (connection, workspace_id):
        endpoint = _changeable(connection, workspace_id, endpoint_id, may_see_personal_data)
        if endpoint.kind is EndpointKind.SLACK:
            raise Conflict("messages to Slack are not signed; the URL is the secret: change it")
        if endpoint.kind is EndpointKind.EMAIL:
            raise Conflict("e-mail is not signed")
        until = store.jobs.clock(connection) + OVERLAP
        return store.webhooks.rotate(connection, workspace_id, endpoint_id, secret, until), secret


def remove_endpoint(engine: Engine, workspace: str, endpoint_id: int) -> None:
    """Remove an endpoint with its deliveries. Raises `WorkspaceNotFound` and `EndpointNotFound`."""
    with writing(engine, workspace) as (connection, workspace_id):
        store.webhooks.delete(connection, workspace_id, endpoint_id)


def ping(engine: Engine, workspace: str, endpoint_id: int) -> Delivery:
    """Send a message that tells of nothing, once.

    Raises `WorkspaceNotFound`, `EndpointNotFound`, and `Conflict` if the endpoint is disabled.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        refuse_disabled(store.webhooks.find(connection, workspace_id, endpoint_id))
        event = NewEvent(EventType.PING, as_json(PingData(endpoint_id)))
        [event_id] = tell(connection, workspace_id, [event], [endpoint_id])
        [delivery] = store.deliveries.of_event(connection, workspace_id, event_id)
        return delivery


def refuse_disabled(endpoint: Endpoint) -> None:
    """Raise `Conflict` if nothing is sent to the endpoint."""
    if not endpoint.is_enabled:
        raise Conflict(f"endpoint {endpoint.id} is disabled; enable it first")


def _changeable(connection: Connection, workspace_id: int, endpoint_id: int, may_see_personal_data: bool) -> Endpoint:
    endpoint = store.webhooks.find(connection, workspace_id, endpoint_id)
    if endpoint.with_personal_data and not may_see_personal_data:
        raise Forbidden(f"endpoint {endpoint_id} gets personal data: changing it needs the scope pii")
    return endpoint


def _subscribed(kind: EndpointKind, events: Collection[EventType]) -> frozenset[EventType]:
    """What to subscribe to; nothing where people are told of digests alone. Raises `InvalidInput`."""
    if not (events or kind.is_for_people) or not all(event.is_subscribable for event in events):
        raise InvalidInput(f"choose events of {', '.join(event for event in EventType if event.is_subscribable)}")
    return frozenset(events)


def _refuse_anonymous(
    connection: Connection, workspace_id: int, events: Collection[EventType], with_personal_data: bool
) -> None:
    """Raise `Conflict` for what tells of single people, if the workspace promised anonymity."""
    if not store.workspaces.is_anonymous(connection, workspace_id):
        return
    single = sorted(event for event in events if not event.is_of_groups)
    if single or with_personal_data:
        what = ", ".join(single) or "personal data"
        raise Conflict(f"this workspace promised anonymity: {what} would tell of single people")
