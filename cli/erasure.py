"""`saywhy customers delete` and `saywhy retention`: what is to be forgotten."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.errors import InvalidInput
from saywhy.text import counted

if TYPE_CHECKING:
    from service.erasure import Deletion

app = typer.Typer()


@app.command("delete")
def delete(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="A customer's id or e-mail address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete every response of a customer, and all that was computed from them. It cannot be undone.

    Numbers of reports count the customer until the next `saywhy analyse`.
    """
    from service.erasure import delete_customer
    from service.files import JobFiles

    settings = read_settings()
    engine = configured_store(settings)
    if not yes:
        question = f"Delete {customer} from the workspace {settings.workspace!r} for good?"  # nosec B608  # no SQL
        typer.confirm(printable_line(question), abort=True)
    deletion = delete_customer(engine, settings.workspace, JobFiles.of(engine, settings.data_dir), customer)
    record(engine, settings, "customers delete")
    _print(deletion)
    if deletion.left:
        left = counted(deletion.left, "response")
        typer.echo(f"{left} with the same e-mail address stayed; delete that address too if it is the same person.")


def retention(
    older_than: Annotated[
        int | None, typer.Option(min=1, help="Days; by default SAYWHY_RETENTION_DAYS.", metavar="DAYS")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete responses that were answered longer ago than so many days, and rejected rows of imports as old.

    Responses without a date stay. Numbers of reports count what is deleted until the next `saywhy analyse`.
    """
    from service.erasure import delete_older
    from service.files import JobFiles

    settings = read_settings(retention_days=older_than)
    if settings.retention_days is None:
        raise InvalidInput("say how old: --older-than DAYS, or SAYWHY_RETENTION_DAYS")
    engine = configured_store(settings)
    age = f"{settings.retention_days} days"
    if not yes:
        typer.confirm(
            f"Delete what is older than {age} from the workspace {settings.workspace!r} for good?", abort=True
        )
    files = JobFiles.of(engine, settings.data_dir)
    deletion = delete_older(engine, settings.workspace, files, settings.retention_days)
    record(engine, settings, "retention", age)
    _print(deletion)
    if deletion.left:
        typer.echo(f"{counted(deletion.left, 'response')} without a date stayed.")


def _print(deletion: Deletion) -> None:
    """What was deleted, a line each."""
    for name, count in asdict(deletion).items():
        if name != "left":
            typer.echo(f"{name.replace('_', ' ')}: {count:,}")
