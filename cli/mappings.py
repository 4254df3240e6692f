"""`saywhy mappings`: what `saywhy import --save-mapping` saved."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.configuration import configured_store, read_settings
from cli.printing import printable_line

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Saved mappings: how files with certain columns are read.",
)


@app.command("list")
def list_all() -> None:
    """List the saved mappings with their columns, the last one first."""
    from service.mappings import list_mappings

    settings = read_settings()
    for mapping in list_mappings(configured_store(settings), settings.workspace):
        typer.echo(printable_line(mapping.name))
        for role, chosen in mapping.choice.given().items():
            columns = " + ".join(chosen) if isinstance(chosen, tuple) else chosen
            if isinstance(columns, str) and columns:
                typer.echo(printable_line(f"  {role}: {columns}"))
        for name in ("scale", "source"):
            if value := getattr(mapping, name):
                typer.echo(printable_line(f"  {name}: {value}"))


@app.command("delete")
def delete(name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a mapping.")]) -> None:
    """Delete a saved mapping. What was imported by it stays."""
    from service.mappings import delete_mapping

    settings = read_settings()
    delete_mapping(configured_store(settings), settings.workspace, name)
    typer.echo(printable_line(f"Deleted the mapping {name!r}."))
