"""`saywhy keys`: the API keys of the workspace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import operator, record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.access import Scope

if TYPE_CHECKING:
    from saywhy.key import Key

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="API keys of the workspace.")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What uses the key; edits are by this name.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; repeat it for several.")],
    expires_in_days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="Days after which it ends; by default when it is revoked.")
    ] = None,
) -> None:
    """Create a key. Prints its secret on stdout, once; only a digest of it is stored."""
    from service.keys import create_key
    from service.workspaces import create as create_workspace

    settings = read_settings()
    engine = configured_store(settings)
    create_workspace(engine, settings.workspace)
    expires_at = datetime.now(UTC) + timedelta(days=expires_in_days) if expires_in_days else None
    key, secret = create_key(
        engine, settings.workspace, name, scope, created_by=operator(settings).name, expires_at=expires_at
    )
    record(engine, settings, "keys create", str(key.id))
    typer.echo(printable_line(f"{_described(key)}; its secret is not shown again:"), err=True)
    typer.echo(secret)


@app.command("list")
def list_all() -> None:
    """List the keys, the latest first, also those that are revoked or have expired."""
    from service.keys import list_keys

    settings = read_settings()
    for key in list_keys(configured_store(settings), settings.workspace):
        used = f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
        typer.echo(printable_line(f"{_described(key)}, {used}, created by {key.created_by}"))


@app.command("revoke")
def revoke(key: Annotated[str, typer.Argument(metavar="KEY", help="The number or the name of a key.")]) -> None:
    """Revoke a key for good. Servers refuse it within five seconds."""
    from service.keys import revoke_key

    settings = read_settings()
    engine = configured_store(settings)
    revoked = revoke_key(engine, settings.workspace, key)
    record(engine, settings, "keys revoke", str(revoked.id))
    typer.echo(printable_line(_described(revoked)))


def _described(key: Key) -> str:
    """A key in one line, without its secret."""
    until = f" until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
    state = key.state(datetime.now(UTC))
    return f"{key.id}  {key.name}  {key.prefix}…  {', '.join(sorted(key.scopes))}  {state}{until}"
