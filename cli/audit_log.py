"""`saywhy audit-log`: who wrote what."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cli.configuration import configured_store, read_settings
from cli.printing import printable_line


def audit_log(
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Number of entries.")] = 100,
) -> None:
    """Print who wrote what, over HTTP, by a schedule, or with keys, people and customers, the latest first."""
    from service.audit_log import list_entries
    from service.paging import first_entries

    settings = read_settings()
    for entry in first_entries(partial(list_entries, configured_store(settings), settings.workspace), limit):
        target = f"  {entry.target}" if entry.target else ""
        typer.echo(
            printable_line(f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor_kind} {entry.actor}  {entry.action}{target}")
        )
