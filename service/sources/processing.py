"""What becomes of a webhook that was received: responses, or a job that pulls them."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial

from pipelines.ingest.json_values import parse, why_not
from pipelines.ingest.providers import PROVIDERS
from saywhy import store
from saywhy.errors import InvalidInput, SaywhyError, StoreUnavailable
from saywhy.source import Source, SourceDelivery, SourceDeliveryState
from saywhy.store import Connection, Engine
from saywhy.store.responses import SaveCounts
from service import jobs
from service.job_kinds import PullArguments, ReceiveArguments, RunningJob
from service.paging import PAGE, Page, latest_first
from service.sources.saving import SavedRecords, save_records
from service.workspaces import reading, writing

log = logging.getLogger(__name__)

_LONGEST_DETAIL = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a webhook changed; `detail` says how it was read, or why there was nothing to do."""

    counts: SaveCounts = field(default_factory=SaveCounts)
    rejected: int = 0
    detail: str | None = None


def process(connection: Connection, workspace_id: int, source: Source, payload: bytes) -> Outcome:
    """Do what a webhook of the source asks for, in the transaction of the caller.

    Raises `InvalidInput` if the payload cannot be read, if all responses in it are rejected, or if they are to be
    pulled and the source has no token; and `NotFound` if its mapping is not saved any more.
    """
    try:
        content = parse(payload.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"it is not JSON: {why_not(error)}") from None
    event = PROVIDERS[source.settings.kind].event(content)
    if event.is_to_pull:
        if not source.has_token:
            raise InvalidInput("its answers are to be pulled, for which the source needs an access token")
        job = jobs.add(connection, workspace_id, PullArguments(source.id))
        return Outcome(detail=f"job {job.id} pulls the answers")
    if not event.records:
        return Outcome(detail=event.note)
    saved = save_records(connection, workspace_id, source, event.records)
    if not saved.accepted:
        raise InvalidInput("; ".join(saved.reasons))
    return Outcome(saved.counts, saved.rejected, _described(saved))


def process_received(job: RunningJob) -> None:
    """The job: process what was received, the oldest first, each in a transaction. What fails is left for people."""
    done = failed = 0
    while True:
        with job.engine.begin() as connection:
            workspace_id = store.workspaces.find(connection, job.workspace)
            # Locked before it is read: what a customer's erasure deletes must not come back.
            store.workspaces.lock(connection, workspace_id)
            following = store.source_deliveries.next_received(connection, workspace_id)
            if following is None:
                job.succeed(connection, {"processed": done, "failed": failed})
                return
            delivery, payload = following
            is_processed = _process_one(connection, workspace_id, delivery, payload)
            done, failed = done + is_processed, failed + (not is_processed)
        job.progress("receive", done + failed, 0)


def _process_one(connection: Connection, workspace_id: int, delivery: SourceDelivery, payload: bytes) -> bool:
    """Process a delivery and record what came of it; whether it was processed."""
    source = store.sources.find(connection, workspace_id, delivery.source_id)
    try:
        with connection.begin_nested():
            outcome = process(connection, workspace_id, source, payload)
            store.source_deliveries.succeed(connection, delivery.id, outcome.counts, outcome.rejected, outcome.detail)
    except StoreUnavailable:
        raise
    except SaywhyError as error:
        store.source_deliveries.fail(connection, delivery.id, error.detail[:_LONGEST_DETAIL])
    except Exception as error:  # a bug must not keep all that comes after it
        log.exception("delivery %d", delivery.id)
        detail = f"unexpected error ({type(error).__name__}); the log of the worker says more"
        store.source_deliveries.fail(connection, delivery.id, detail)
    else:
        return True
    return False


def list_deliveries(
    engine: Engine,
    workspace: str,
    source_id: str,
    limit: int = PAGE,
    cursor: str | None = None,
    *,
    states: Collection[SourceDeliveryState] = (),
) -> Page[SourceDelivery]:
    """The deliveries of a source, the latest first.

    Raises `WorkspaceNotFound`, `SourceNotFound`, and `InvalidInput` for a cursor that is none.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        store.sources.find(connection, workspace_id, source_id)
        load = partial(store.source_deliveries.page, connection, workspace_id, source_id, states=states)
        return latest_first(load, limit, cursor)


def process_again(engine: Engine, workspace: str, source_id: str, delivery_id: int) -> SourceDelivery:
    """Let a job process a failed delivery again, by the present settings of its source.

    Raises `WorkspaceNotFound`, `SourceNotFound`, `DeliveryNotFound`, and `Conflict` for a delivery that has not failed
    or is not stored any more.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        store.sources.find(connection, workspace_id, source_id)
        delivery = store.source_deliveries.retry(connection, workspace_id, source_id, delivery_id)
        jobs.add(connection, workspace_id, ReceiveArguments())
        return delivery


def _described(saved: SavedRecords) -> str:
    """How a webhook was read, and what was rejected."""
    roles = ", ".join(f"{role}: {name}" for role, name in saved.columns.items())
    return "; ".join([roles, *saved.reasons])[:_LONGEST_DETAIL]
