"""Jobs as people see them: start, list, cancel. `service.job_kinds` says what they do, `service.worker` does it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from saywhy import store
from saywhy.errors import Conflict, JobNotFound
from saywhy.export_format import ExportFormat
from saywhy.job import Job, JobState
from saywhy.store import Connection, Engine
from service.anonymity import Withheld, refuse
from service.files import JobFiles
from service.idempotency import RequestKey, answer_once
from service.job_kinds import KINDS, Arguments, ExportArguments, PullArguments, ReceiveArguments, kind_of
from service.paging import PAGE, Page, latest_first
from service.workspaces import reading, writing


def start(engine: Engine, workspace: str, arguments: Arguments, request: RequestKey | None = None) -> Job:
    """Add a job; a worker starts it when it comes to it.

    An analysis or a pull that is still waiting is not added twice: it is returned. A repeated `request` gets the job of
    the first one. Raises `WorkspaceNotFound`, `KeyReused`, `SourceNotFound` for a pull of no source, and `Conflict` for
    an export of an anonymous workspace.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        answer = answer_once(
            connection, workspace_id, request, lambda: {"job": add(connection, workspace_id, arguments).id}
        )
        return store.jobs.find(connection, workspace_id, answer["job"])


def add(connection: Connection, workspace_id: int, arguments: Arguments, *, schedule_id: int | None = None) -> Job:
    """Add a job in a transaction. Raises `SourceNotFound`, and `Conflict` for an export of an anonymous workspace."""
    kind = kind_of(arguments)
    values = KINDS[kind].values(arguments)
    if isinstance(arguments, ExportArguments):
        refuse(connection, workspace_id, Withheld.EXPORTS)
    if isinstance(arguments, PullArguments):
        store.sources.find(connection, workspace_id, arguments.source)
    if KINDS[kind].is_once:
        if not isinstance(arguments, ReceiveArguments):  # a webhook does not wait for what is saved meanwhile
            store.workspaces.lock(connection, workspace_id)
        for waiting in store.jobs.pending(connection, workspace_id, kind):
            if waiting.arguments == values:
                return waiting
    return store.jobs.add(connection, workspace_id, kind, values, schedule_id=schedule_id)


def find_job(engine: Engine, workspace: str, job_id: int) -> Job:
    """The job of this number. Raises `WorkspaceNotFound` and `JobNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.jobs.find(connection, workspace_id, job_id)


def list_jobs(
    engine: Engine,
    workspace: str,
    limit: int = PAGE,
    cursor: str | None = None,
    *,
    kind: str | None = None,
    states: Collection[JobState] = (),
) -> Page[Job]:
    """The jobs, the latest first. Raises `WorkspaceNotFound` and `InvalidInput` for a cursor that is none."""
    with reading(engine, workspace) as (connection, workspace_id):
        load = partial(store.jobs.page, connection, workspace_id, kind=kind, states=states)
        return latest_first(load, limit, cursor)


def cancel_job(engine: Engine, workspace: str, files: JobFiles, job_id: int) -> Job:
    """Cancel a job; one that is running ends a little later, and what it has saved by then stays.

    Raises `WorkspaceNotFound`, `JobNotFound`, and `JobEnded` if it is in a terminal state.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        job = store.jobs.request_cancel(connection, workspace_id, job_id)
    if job.state.is_terminal:
        discard_upload(files, job)
    return job


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to download."""

    path: Path
    format: ExportFormat


def find_export(engine: Engine, workspace: str, files: JobFiles, job_id: int) -> ExportFile:
    """The file of an export. Raises `WorkspaceNotFound`, `JobNotFound`, `Conflict` until it is there, and `Expired`."""
    job = find_job(engine, workspace, job_id)
    if job.kind != "export":
        raise JobNotFound(f"job {job_id} is no export")
    if job.result is None:
        raise Conflict(f"export {job_id} is {job.state}: there is no file")
    return ExportFile(files.export(job.result["file"]), ExportFormat(job.arguments["format"]))


def discard_upload(files: JobFiles, job: Job) -> None:
    """Delete the uploaded file of an import that has ended."""
    if upload := job.arguments.get("upload"):
        files.delete_upload(upload)
