"""`saywhy anonymity`: the key of an anonymous workspace."""

from __future__ import annotations

import typer

from cli.configuration import configured_store, read_settings
from cli.printing import printable_line

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def anonymity() -> None:
    """Anonymous workspaces: their key."""  # a callback, as Typer makes a single command the group itself


@app.command("rekey")
def rekey() -> None:
    """Give the anonymous workspace a new key, also where the old one is lost.

    Responses that are stored already are not recognised again. So the waves that have responses are closed: new ones
    are imported as a wave of their own. Other workspaces keep their keys.
    """
    from service.workspaces import renew_anonymity_key

    settings = read_settings()
    renew_anonymity_key(configured_store(settings), settings.workspace)
    typer.echo(
        printable_line(
            f"The workspace {settings.workspace!r} has a new key. The waves that it has are closed: "
            "import new responses as a wave of their own, and no earlier ones."
        )
    )
