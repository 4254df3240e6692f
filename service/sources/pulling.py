"""The job that pulls the answers of a source, page by page, and goes on where it was when it is started again.

The responses of a page and how far the pull has come are saved in one transaction. In an anonymous workspace nothing is
recorded of the place, which may be the id of a response: such a pull starts again, and finds known what it has saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pipelines.ingest.providers import PROVIDERS, Api
from pipelines.ingest.providers.provider import Page, Position
from saywhy import store
from saywhy.errors import ColumnNotFound, Conflict, InvalidInput
from saywhy.source import Checkpoint, Source
from saywhy.store import Connection
from saywhy.store.responses import SaveCounts
from service.job_kinds import PullArguments, RunningJob
from service.sources.interface import Interface
from service.sources.saving import MAX_REASONS, SavedRecords, save_records
from service.workspaces import reading

#: What changed so long before the last pull is pulled again: clocks differ, and answers are listed a little late.
OVERLAP = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a pull has come: of what changed `since` (None: of all), begun at `started`, all before `position`."""

    since: str | None
    started: str
    position: Position = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> PullProgress:
        return cls(**{**checkpoint, "reasons": tuple(checkpoint["reasons"])})

    @property
    def accepted(self) -> int:
        return self.new + self.changed + self.unchanged

    def after(self, saved: SavedRecords, position: Position | None) -> PullProgress:
        """With the records of one more page."""
        return replace(
            self,
            position=position or {},
            new=self.new + saved.counts.new,
            changed=self.changed + saved.counts.changed,
            unchanged=self.unchanged + saved.counts.unchanged,
            rejected=self.rejected + saved.rejected,
            reasons=tuple(dict.fromkeys((*self.reasons, *saved.reasons)))[:MAX_REASONS],
        )


def pull(job: RunningJob, arguments: PullArguments) -> None:
    """Pull what has changed since the last pull, or `everything`.

    Raises `SourceNotFound`, `InvalidInput` for a source that cannot be pulled, and if there were answers and none could
    be saved; and what `Interface.get` raises.
    """
    with reading(job.engine, job.workspace) as (connection, workspace_id):
        source = store.sources.find(connection, workspace_id, arguments.source)
        is_anonymous = store.workspaces.is_anonymous(connection, workspace_id)
        token = store.sources.credentials(connection, source.id).token
        progress = _begin(source, store.jobs.clock(connection), everything=arguments.everything)
    api = PROVIDERS[source.settings.kind].api
    form = source.settings.form or ""
    if api is None:
        raise InvalidInput(f"{source.settings.kind} has no interface from which answers are pulled")
    if token is None:
        raise InvalidInput(f"the source {source.settings.name!r} has no access token")
    if api.needs_form and not form:
        raise InvalidInput(f"the source {source.settings.name!r} names no form to pull")
    with _interface(job, source, api, token) as interface:
        definition = interface.get(api.describe(form)) if api.describe else None
        is_done = False
        while not is_done:
            since = datetime.fromisoformat(progress.since) if progress.since else None
            body = interface.get(api.request(form, since, progress.position))
            page = api.page(body, progress.position)
            page = replace(page, records=[api.complete(record, definition) for record in page.records])
            with job.engine.begin() as connection:
                progress = _save(connection, workspace_id, source, page, progress, is_anonymous=is_anonymous)
                if is_done := page.next is None:
                    _finish(connection, job, progress, source.id)
            job.progress("pull", progress.accepted + progress.rejected, 0)
    if not progress.accepted and progress.rejected:
        raise InvalidInput("; ".join(progress.reasons) or f"none of {progress.rejected} answers could be read")


def _interface(job: RunningJob, source: Source, api: Api, token: str) -> AbstractContextManager[Interface]:
    base_url = job.pull_url or source.settings.host or api.hosts[0]
    return Interface.opened(source.settings.kind, base_url, api.authorization(token))


def _begin(source: Source, now: datetime, *, everything: bool) -> PullProgress:
    """Where an interrupted pull was, else the beginning of a new one."""
    earlier = PullProgress.of(source.checkpoint) if source.checkpoint else None
    if earlier is not None and (earlier.since is None or not everything):
        return earlier
    since = None if everything or source.pulled_until is None else source.pulled_until - OVERLAP
    return PullProgress(None if since is None else since.isoformat(), now.isoformat())


def _save(
    connection: Connection, workspace_id: int, asked: Source, page: Page, progress: PullProgress, *, is_anonymous: bool
) -> PullProgress:
    """Save the responses of a page by the present settings of the source, and how far it has come.

    Raises `Conflict` if they are of another form by now.
    """
    store.workspaces.lock(connection, workspace_id)
    source = store.sources.find(connection, workspace_id, asked.id)
    if (source.settings.form, source.settings.host) != (asked.settings.form, asked.settings.host):
        raise Conflict("the form was changed meanwhile; pull again")
    progress = progress.after(_save_page(connection, workspace_id, source, page.records), page.next)
    if is_anonymous:
        return replace(progress, reasons=())  # they may repeat an answer
    store.sources.set_checkpoint(connection, source.id, asdict(progress))
    return progress


def _save_page(
    connection: Connection, workspace_id: int, source: Source, records: Sequence[dict[str, Any]]
) -> SavedRecords:
    """Save the responses. A page on which nobody answered the questions is rejected, and does not end the pull."""
    if not records:
        return SavedRecords(SaveCounts(), 0, (), {})
    try:
        return save_records(connection, workspace_id, source, records)
    except ColumnNotFound as error:
        return SavedRecords(SaveCounts(), len(records), (error.detail,), {})


def _finish(connection: Connection, job: RunningJob, progress: PullProgress, source_id: str) -> None:
    """Record the end; if none of the answers could be saved, the next pull asks for them again."""
    if not progress.accepted and progress.rejected:
        store.sources.set_checkpoint(connection, source_id, None)
        return
    store.sources.set_checkpoint(connection, source_id, None, pulled_until=datetime.fromisoformat(progress.started))
    result = asdict(progress)
    for name in ("position", "started"):
        del result[name]
    job.succeed(connection, {**result, "reasons": list(progress.reasons), "source": source_id})
