"""`saywhy schedule`: jobs that are started again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import operator
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line

if TYPE_CHECKING:
    from saywhy.job import Schedule

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", help="Jobs that are started again and again, e.g. every night."
)


@app.command("add")
def add(
    kind: Annotated[str, typer.Argument(help="What is started: analyse, export or pull.")],
    cron: Annotated[
        str,
        typer.Option(help="Minute, hour, day of month, month and day of week; `0 2 * * *` is every night at two."),
    ],
    time_zone: Annotated[str, typer.Option(help="The time zone of these, e.g. Europe/Berlin.")] = "UTC",
    argument: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="What the job is told: `refit=true`, `format=xlsx`, `source=ID`. Repeatable."
        ),
    ] = None,
) -> None:
    """Start a job whenever a cron expression comes true. A worker must be running."""
    from service.schedules import add_schedule
    from service.workspaces import create

    settings = read_settings()
    engine = configured_store(settings)
    create(engine, settings.workspace)
    arguments = dict(_name_and_value(text) for text in argument or ())
    created_by = operator(settings).name
    _print(
        add_schedule(engine, settings.workspace, kind, arguments, cron=cron, time_zone=time_zone, created_by=created_by)
    )


@app.command("list")
def list_all() -> None:
    """List the schedules: when each is due next, and who added it."""
    from service.schedules import list_schedules

    settings = read_settings()
    for schedule in list_schedules(configured_store(settings), settings.workspace):
        _print(schedule)


@app.command("remove")
def remove(
    number: Annotated[int, typer.Argument(metavar="SCHEDULE", help="The number of a schedule.", min=1, max=2**63 - 1)],
) -> None:
    """Remove a schedule. Jobs that it has started stay."""
    from service.schedules import remove_schedule

    settings = read_settings()
    remove_schedule(configured_store(settings), settings.workspace, number)
    typer.echo(f"Removed schedule {number}.")


def _name_and_value(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--argument")
    return name, value


def _print(schedule: Schedule) -> None:
    arguments = "".join(f" {name}={value}" for name, value in schedule.arguments.items() if value not in (None, []))
    typer.echo(
        printable_line(
            f"{schedule.id}  {schedule.kind}{arguments}  {schedule.cron} ({schedule.time_zone})  "
            f"next: {schedule.next_at:%Y-%m-%d %H:%M} UTC"
            + (f"  by {schedule.created_by}" if schedule.created_by else "")
        )
    )
