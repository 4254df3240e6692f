"""`saywhy migrate`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.configuration import configured_store, read_settings


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; the exit code is 1 if migrations are pending.")
    ] = False,
) -> None:
    """Bring the database to the schema of this version, as every command and the server do when they open it.

    Any number of processes may do so at once: one migrates and the others wait. A newer database is refused.
    """
    from saywhy.store import schema_status
    from saywhy.text import counted

    settings = read_settings()
    if not check:
        configured_store(settings).dispose()
    status = schema_status(settings.database_url)
    typer.echo(
        f"present {status.present or 'none'}, wanted {status.wanted}: {counted(status.pending, 'migration')} pending"
    )
    raise typer.Exit(1 if status.pending else 0)
