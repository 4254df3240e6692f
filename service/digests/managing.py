"""Digests as people see them. A digest that is not paused has a schedule, which starts its job."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.render.wording import closest_language
from saywhy import store
from saywhy.digest import Digest
from saywhy.errors import Conflict, InvalidInput
from saywhy.job import Job
from saywhy.saved_view import SavedView
from saywhy.store import Connection, Engine
from saywhy.view_filters import Filters
from saywhy.webhook import Delivery
from service import jobs
from service.job_kinds import DigestArguments
from service.saved_views import put_view
from service.schedules import next_time
from service.workspaces import reading, writing

#: Digests of a workspace.
MOST = 50


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed of a digest; None leaves it as it is. `address`: the view is saved, or changed, before."""

    view: str | None = None
    address: str | None = None
    cron: str | None = None
    time_zone: str | None = None
    language: str | None = None
    endpoints: Collection[int] | None = None
    is_paused: bool | None = None


@dataclass(frozen=True, slots=True)
class DigestStatus:
    """A digest, and the messages of the last time that it was sent, as long as they are kept."""

    digest: Digest
    deliveries: tuple[Delivery, ...]


def add_digest(
    engine: Engine,
    workspace: str,
    view: str,
    endpoints: Collection[int],
    *,
    cron: str,
    created_by: str,
    time_zone: str = "UTC",
    language: str = "en",
    address: str | None = None,
) -> DigestStatus:
    """Send a saved view of the overview, by its name, whenever the cron expression comes true in this time zone.

    With an `address` the view is saved first. Raises `WorkspaceNotFound`; `NotFound` for a view that there is not;
    `EndpointNotFound`; `InvalidInput` for a view of another page, an endpoint that nobody reads, none at all, a cron
    expression or time zone that is none, and a language without words; and `Conflict` beyond `MOST`.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        if len(store.digests.load(connection, workspace_id)) >= MOST:
            raise Conflict(f"there are {MOST} digests, which is the most a workspace may have; remove one first")
        values = {
            "view_id": _view(connection, workspace_id, view, address, created_by).id,
            "cron": cron,
            "time_zone": time_zone,
            "language": closest_language(language),
            "created_by": created_by,
            "created_at": datetime.now(UTC),
        }
        _check_endpoints(connection, workspace_id, endpoints)
        digest = store.digests.add(connection, workspace_id, values, endpoints)
        return DigestStatus(_scheduled(connection, workspace_id, digest), ())


def list_digests(engine: Engine, workspace: str) -> list[DigestStatus]:
    """All digests, the oldest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return [_status(connection, workspace_id, digest) for digest in store.digests.load(connection, workspace_id)]


def read_digest(engine: Engine, workspace: str, digest_id: int) -> DigestStatus:
    """A digest. Raises `WorkspaceNotFound` and `DigestNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return _status(connection, workspace_id, store.digests.find(connection, workspace_id, digest_id))


def change_digest(engine: Engine, workspace: str, digest_id: int, change: Change, *, by: str) -> DigestStatus:
    """Change a digest, pause it, or let it go on. Raises `DigestNotFound` and what `add_digest` raises."""
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        digest = store.digests.find(connection, workspace_id, digest_id)
        language = None if change.language is None else closest_language(change.language)
        sent = {"cron": change.cron, "time_zone": change.time_zone, "language": language}
        values: dict[str, Any] = {name: value for name, value in sent.items() if value is not None}
        if change.view is not None or change.address is not None:
            name = digest.view.name if change.view is None else change.view
            values["view_id"] = _view(connection, workspace_id, name, change.address, by).id
        if change.endpoints is not None:
            _check_endpoints(connection, workspace_id, change.endpoints)
            store.digests.set_endpoints(connection, digest_id, change.endpoints)
        changed = store.digests.change(connection, workspace_id, digest_id, values)
        is_paused = digest.is_paused if change.is_paused is None else change.is_paused
        _unschedule(connection, workspace_id, digest_id)
        next_time(changed.cron, changed.time_zone, store.jobs.clock(connection))  # also of one that is paused
        if not is_paused:
            _scheduled(connection, workspace_id, changed)
        return _status(connection, workspace_id, store.digests.find(connection, workspace_id, digest_id))


def remove_digest(engine: Engine, workspace: str, digest_id: int) -> None:
    """Remove a digest; its view and its endpoints stay. Raises `WorkspaceNotFound` and `DigestNotFound`."""
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        _unschedule(connection, workspace_id, digest_id)
        store.digests.delete(connection, workspace_id, digest_id)


def send_test(engine: Engine, workspace: str, digest_id: int) -> Job:
    """Send the digest now, marked as a test, whatever was sent before; the job that does it.

    Raises `WorkspaceNotFound` and `DigestNotFound`.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        store.digests.find(connection, workspace_id, digest_id)
        return jobs.add(connection, workspace_id, DigestArguments(digest_id, is_test=True))


def _view(connection: Connection, workspace_id: int, name: str, address: str | None, by: str) -> SavedView:
    """The view of this name, saved now if it has an address. Raises `NotFound` and `InvalidInput`."""
    view = (
        store.saved_views.find(connection, workspace_id, name)
        if address is None
        else put_view(connection, workspace_id, name, address, by=by)
    )
    Filters.of_address(view.address)
    return view


def _check_endpoints(connection: Connection, workspace_id: int, endpoints: Collection[int]) -> None:
    """Raise `EndpointNotFound`, and `InvalidInput` if there is none, or one that nobody reads."""
    if not endpoints:
        raise InvalidInput("a digest is sent to an endpoint of Slack or of e-mail at least; add one first")
    for number in set(endpoints):
        endpoint = store.webhooks.find(connection, workspace_id, number)
        if not endpoint.kind.is_for_people:
            raise InvalidInput(f"endpoint {number} is a webhook; digests are for people: choose Slack or e-mail")


def _scheduled(connection: Connection, workspace_id: int, digest: Digest) -> Digest:
    """Let the digest be started when it is due. Raises `InvalidInput`."""
    schedule = store.schedules.add(
        connection,
        workspace_id,
        store.schedules.OF_DIGESTS,
        {"digest": digest.id},
        cron=digest.cron,
        time_zone=digest.time_zone,
        next_at=next_time(digest.cron, digest.time_zone, store.jobs.clock(connection)),
        created_by=digest.created_by,
    )
    return store.digests.change(connection, workspace_id, digest.id, {"schedule_id": schedule.id})


def _unschedule(connection: Connection, workspace_id: int, digest_id: int) -> None:
    schedule_id = store.digests.schedule_of(connection, workspace_id, digest_id)
    if schedule_id is not None:
        store.schedules.delete(connection, workspace_id, schedule_id, of_digest=True)


def _status(connection: Connection, workspace_id: int, digest: Digest) -> DigestStatus:
    if digest.last is None or digest.last.event_id is None:
        return DigestStatus(digest, ())
    return DigestStatus(digest, tuple(store.deliveries.of_event(connection, workspace_id, digest.last.event_id)))
