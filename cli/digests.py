"""`saywhy digests`: saved views that are sent again and again, to Slack and by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import operator, record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line

if TYPE_CHECKING:
    from service.digests.managing import DigestStatus

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Saved views that are sent again and again, to Slack and by e-mail.",
)

DigestNumber = Annotated[int, typer.Argument(metavar="DIGEST", min=1, max=2**63 - 1, help="Its number.")]
To = Annotated[
    list[int] | None,
    typer.Option("--to", metavar="ENDPOINT", help="An endpoint of Slack or e-mail: see `saywhy webhooks`. Repeatable."),
]
Address = Annotated[
    str | None, typer.Option(help="Save the view first: an address of the overview, `/?wave=all&sort=mentions`.")
]


@app.command("add")
def add(
    view: Annotated[str, typer.Argument(help="The name of a saved view.")],
    to: To = None,
    cron: Annotated[str, typer.Option(help="Minute, hour, day of month, month and day of week.")] = "0 7 * * MON",
    time_zone: Annotated[str, typer.Option(help="The time zone of these, e.g. Europe/Berlin.")] = "UTC",
    language: Annotated[str, typer.Option(help="en, de, zh-Hans or zh-Hant.")] = "en",
    address: Address = None,
) -> None:
    """Send a saved view whenever the cron expression comes true and there is a newer report.

    A worker must be running.
    """
    from service.digests.managing import add_digest

    settings = read_settings()
    engine = configured_store(settings)
    status = add_digest(
        engine,
        settings.workspace,
        view,
        to or [],
        cron=cron,
        created_by=operator(settings).name,
        time_zone=time_zone,
        language=language,
        address=address,
    )
    record(engine, settings, "digests add", str(status.digest.id))
    _print(status)


@app.command("list")
def list_all() -> None:
    """List the digests: when each is due next, and what came of it the last time."""
    from service.digests.managing import list_digests

    settings = read_settings()
    for status in list_digests(configured_store(settings), settings.workspace):
        _print(status)


@app.command("change")
def change(
    number: DigestNumber,
    view: Annotated[str | None, typer.Option(help="The name of another saved view.")] = None,
    to: To = None,
    cron: Annotated[str | None, typer.Option(help="When it is sent.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="The time zone of that.")] = None,
    language: Annotated[str | None, typer.Option(help="en, de, zh-Hans or zh-Hant.")] = None,
    address: Address = None,
    pause: Annotated[
        bool | None, typer.Option("--pause/--resume", help="Send nothing until it is resumed, or send it again.")
    ] = None,
) -> None:
    """Change what is sent, when or to whom, pause a digest, or let it go on."""
    from service.digests.managing import Change, change_digest

    settings = read_settings()
    engine = configured_store(settings)
    wanted = Change(view, address, cron, time_zone, language, to or None, pause)
    status = change_digest(engine, settings.workspace, number, wanted, by=operator(settings).name)
    record(engine, settings, "digests change", str(number))
    _print(status)


@app.command("test")
def test(number: DigestNumber) -> None:
    """Send a digest to all its endpoints now, marked as a test. A worker must be running."""
    from service.digests.managing import send_test

    settings = read_settings()
    engine = configured_store(settings)
    job = send_test(engine, settings.workspace, number)
    record(engine, settings, "digests test", str(number))
    typer.echo(f"Job {job.id} sends digest {number}; `saywhy jobs list` shows what came of it.")


@app.command("remove")
def remove(number: DigestNumber) -> None:
    """Remove a digest. Its view and its endpoints stay."""
    from service.digests.managing import remove_digest

    settings = read_settings()
    engine = configured_store(settings)
    remove_digest(engine, settings.workspace, number)
    record(engine, settings, "digests remove", str(number))
    typer.echo(f"Removed digest {number}.")


def _print(status: DigestStatus) -> None:
    digest = status.digest
    to = ", ".join(f"endpoint {number}" for number in digest.endpoints) or "nobody"
    due = "paused" if digest.next_at is None else f"next: {digest.next_at:%Y-%m-%d %H:%M} UTC"
    last = f"  last: {digest.last.outcome} {digest.last.at:%Y-%m-%d %H:%M} UTC" if digest.last else ""
    messages = "".join(f", endpoint {message.endpoint} {message.state}" for message in status.deliveries)
    typer.echo(
        printable_line(
            f"{digest.id}  {digest.view.name}  {digest.view.address}  {digest.language}  to {to}  "
            f"{digest.cron} ({digest.time_zone})  {due}{last}{messages}  by {digest.created_by}"
        )
    )
