"""`saywhy shared-links`: read-only links to parts of reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import operator, record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.shared_link import DEFAULT_DAYS, MOST_DAYS

if TYPE_CHECKING:
    from saywhy.shared_link import SharedLink

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Read-only links to parts of reports.")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="For whom or what the link is.")],
    wave: Annotated[str, typer.Option(help="A wave, or `all` waves together.")] = "all",
    cause: Annotated[str | None, typer.Option(help="Only this cause: `theme:ID` or `topic:ID`.")] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="Days after which it ends.")] = DEFAULT_DAYS,
    without_quotes: Annotated[
        bool, typer.Option("--without-quotes", help="Show no quotes; else they are masked.")
    ] = False,
    with_password: Annotated[bool, typer.Option("--password", help="Ask for a password that opens it.")] = False,
) -> None:
    """Share the latest report on a wave. Prints the path of the link on stdout, once; only a digest of it is stored."""
    from saywhy.shared_link import SharedView
    from service.shared_links import share

    settings = read_settings()
    engine = configured_store(settings)
    link, token = share(
        engine,
        settings.workspace,
        name,
        SharedView(wave, cause),
        maker=operator(settings),
        days=days,
        with_quotes=not without_quotes,
        password=typer.prompt("Password", hide_input=True, confirmation_prompt=True) if with_password else None,
    )
    record(engine, settings, "shared-links create", str(link.id))
    typer.echo(printable_line(f"{_described(link)}; its path on the server is not shown again:"), err=True)
    typer.echo(f"/shared/{token}")


@app.command("list")
def list_all() -> None:
    """List the links, the latest first, also those that have ended."""
    from service.shared_links import list_links

    settings = read_settings()
    for link in list_links(configured_store(settings), settings.workspace):
        last = f", last {link.last_opened_at:%Y-%m-%d %H:%M} UTC" if link.last_opened_at else ""
        typer.echo(printable_line(f"{_described(link)}, opened {link.opened}×{last}, created by {link.created_by}"))


@app.command("revoke")
def revoke(link: Annotated[int, typer.Argument(metavar="LINK", min=1, help="The number of a link.")]) -> None:
    """Revoke a link for good: from now on it shows nothing."""
    from service.shared_links import revoke_link

    settings = read_settings()
    engine = configured_store(settings)
    revoked = revoke_link(engine, settings.workspace, link)
    record(engine, settings, "shared-links revoke", str(revoked.id))
    typer.echo(printable_line(_described(revoked)))


def _described(link: SharedLink) -> str:
    """A link in one line, without its token."""
    shown = ", ".join([link.view.wave, *([link.view.cause] if link.view.cause else []), *link.view.filters.values()])
    return f"{link.id}  {link.name}  {shown}  {link.state(datetime.now(UTC))} until {link.expires_at:%Y-%m-%d}"
