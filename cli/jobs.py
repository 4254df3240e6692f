"""`saywhy jobs`: what workers do in the background."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.errors import Expired
from saywhy.job import JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from saywhy.job import Job

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Jobs: imports, analyses, exports and pulls in the background.",
)

JobNumber = Annotated[int, typer.Argument(metavar="JOB", help="The number of a job.", min=1, max=2**63 - 1)]


@app.command("list")
def list_all(
    state: Annotated[list[JobState] | None, typer.Option(help="Only jobs in this state. Repeatable.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only import, analyse, export, receive, pull, digest, reannotate or shadow.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20,
) -> None:
    """List the jobs, the latest first."""
    from service.jobs import list_jobs
    from service.paging import first_entries

    settings = read_settings()
    read = partial(list_jobs, configured_store(settings), settings.workspace, kind=kind, states=state or ())
    for job in first_entries(read, limit):
        typer.echo(printable_line(_line(job)))


@app.command("show")
def show(number: JobNumber) -> None:
    """Show a job: state, progress, result, and why it failed or waits."""
    from service.files import JobFiles
    from service.jobs import find_job

    settings = read_settings()
    engine = configured_store(settings)
    job = find_job(engine, settings.workspace, number)
    if job.result and "file" in job.result:
        with suppress(Expired):
            path = JobFiles.of(engine, settings.data_dir).export(job.result["file"])
            job = replace(job, result={**job.result, "file": str(path)})
    for line in _lines(job):
        typer.echo(printable_line(line))


@app.command("cancel")
def cancel(number: JobNumber) -> None:
    """Cancel a job. What a running one has saved by then stays."""
    from service.files import JobFiles
    from service.jobs import cancel_job

    settings = read_settings()
    engine = configured_store(settings)
    job = cancel_job(engine, settings.workspace, JobFiles.of(engine, settings.data_dir), number)
    done = "is cancelled" if job.state.is_terminal else "stops within seconds, if its worker is running"
    typer.echo(f"Job {job.id} {done}.")


def _line(job: Job) -> str:
    progress = job.progress
    amount = f" {progress.done:,}" + (f" of {progress.total:,}" if progress.total else "")
    step = f", {progress.step}{amount}" if progress.step and not job.state.is_terminal else ""
    detail = f": {job.detail}" if job.detail else ""
    return f"{job.id}  {job.created_at:%Y-%m-%d %H:%M}  {job.kind}  {job.state}{step}{detail}"


def _lines(job: Job) -> Iterator[str]:
    yield _line(job)
    for name in ("due_at", "started_at", "ended_at"):
        if moment := getattr(job, name):
            yield f"  {name.removesuffix('_at')}: {moment:%Y-%m-%d %H:%M:%S} UTC"
    if job.attempts:
        yield f"  attempts that ended badly: {job.attempts}"
    for title, values in (("asked for", job.arguments), ("result", job.result or {})):
        for name, value in values.items():
            if value not in (None, [], {}, ""):
                yield f"  {title}: {name} = {value}"
