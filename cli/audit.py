"""`saywhy audit sample` and `saywhy audit import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.configuration import read_settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Hold the model against a person: a random sample of comments, labelled by hand.",
)

#: Rejected rows that are told.
SHOWN_REJECTIONS = 10


@app.command("sample")
def sample(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="Where to write it: .csv or .xlsx.")],
    size: Annotated[int, typer.Option(min=1, help="How many comments; 50 is the least that counts.")] = 200,
    language: Annotated[str, typer.Option(help="Language of the themes' names: en, de, zh-Hans or zh-Hant.")] = "en",
) -> None:
    """Write a random sample of the comments to label, with the model's labels hidden.

    Mark each theme that a comment is about: - for blame, + for praise, +- for both, 0 for neither. Mark `done` where
    it is about none. The next sample goes on where this one ended, once its labels are back.
    """
    from saywhy.code_frame import load_code_frame
    from saywhy.store import open_store, reading, workspaces
    from service.audits.sheet import write_sample

    settings = read_settings()
    engine = open_store(settings.database_url)
    with reading(engine) as connection:
        workspace = workspaces.find(connection, settings.workspace)
    count = write_sample(engine, workspace, file, size, load_code_frame(), language=language)
    if not count:
        typer.echo("There is no comment that is analysed and not audited yet; `saywhy analyse` comes first.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{count:,} comments to label are in {file}; `saywhy audit import {file}` takes them back.")


@app.command("import")
def import_labels(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The sheet, with its marks.")
    ],
) -> None:
    """Take a labelled sample back. The next analysis states its numbers with it.

    Rows that cannot be read are told with line and reason; all others are kept. Importing again replaces labels.
    """
    from itertools import islice

    from saywhy.code_frame import load_code_frame
    from saywhy.store import open_store, reading, workspaces
    from service.audits.sheet import read_sample

    settings = read_settings()
    engine = open_store(settings.database_url)
    with reading(engine) as connection:
        workspace = workspaces.find(connection, settings.workspace)
    returned = read_sample(engine, workspace, file, load_code_frame())
    for rejected in islice(returned.rejections, SHOWN_REJECTIONS):
        typer.echo(f"  line {rejected.line}: {rejected.reason}")
    if len(returned.rejections) > SHOWN_REJECTIONS:
        typer.echo(f"  … and {len(returned.rejections) - SHOWN_REJECTIONS:,} more")
    typer.echo(
        f"{returned.labelled:,} comments labelled, {returned.unmarked:,} not marked yet, "
        f"{len(returned.rejections):,} rows rejected. `saywhy analyse` states the numbers anew."
    )
