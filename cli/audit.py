"""`saywhy audit sample` and `saywhy audit import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.configuration import configured_store, read_settings, serving_code_frame
from cli.printing import printable_line
from saywhy.text import counted

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Measure the model against a person, who labels a random sample of comments.",
)

#: Rejected rows that are printed.
SHOWN_REJECTIONS = 10


@app.command("sample")
def sample(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The file to write: .csv or .xlsx.")],
    size: Annotated[int, typer.Option(min=1, help="Number of comments; reports need at least 50.")] = 200,
    language: Annotated[str, typer.Option(help="Language of the themes' names: en, de, zh-Hans or zh-Hant.")] = "en",
) -> None:
    """Write a random sample of comments to label, without the model's labels.

    Mark each theme that a comment is about: - for a complaint, + for praise, +- for both, 0 for neither. Mark `done` if
    it is about no theme. After these labels are imported, the next sample continues with the following comments.
    """
    from service.audits.sheet import write_sheet

    settings = read_settings()
    engine = configured_store(settings)
    count = write_sheet(engine, settings.workspace, file, size, serving_code_frame(settings), language=language)
    if not count:
        typer.echo("No analysed comment is left to label; `saywhy analyse` comes first.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{counted(count, 'comment')} to label: {file}; `saywhy audit import {file}` imports the labels.")


@app.command("import")
def import_labels(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The sheet with your marks.")
    ],
) -> None:
    """Import the labels of a sample. The next analysis corrects its estimates by them.

    Rows that cannot be read are reported with line and reason; all others are kept. Importing again replaces labels.
    """
    from service.audits.sheet import read_sheet

    settings = read_settings()
    engine = configured_store(settings)
    result = read_sheet(engine, settings.workspace, file, serving_code_frame(settings))
    rejected = len(result.rejections)
    for rejection in result.rejections[:SHOWN_REJECTIONS]:
        typer.echo(printable_line(f"  line {rejection.line}: {rejection.reason}"))
    if rejected > SHOWN_REJECTIONS:
        typer.echo(f"  … and {rejected - SHOWN_REJECTIONS:,} more")
    typer.echo(
        f"{counted(result.labelled, 'comment')} labelled, {result.unmarked:,} not marked yet, "
        f"{counted(rejected, 'row')} rejected. "
        "`saywhy analyse` updates the reports."
    )
