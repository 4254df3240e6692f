"""`saywhy corrections`: labels from and for files, how far people agree, suspect labels, and what to label next."""

from __future__ import annotations

import getpass
import sys
from contextlib import nullcontext
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cli.configuration import configured_store, read_settings, serving_code_frame
from cli.printing import printable_line
from saywhy.errors import InvalidInput
from saywhy.text import counted

if TYPE_CHECKING:
    from pipelines.label_formats.files import LabelFormat
    from pipelines.labelling.agreement import Agreement
    from service.labelling.selection import Strategy

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Labels that people give to comments: import and export, agreement, suspects, and what to label next.",
)

Choice = TypeVar("Choice", bound=StrEnum)

#: Rejected records that are printed, and the largest file that is read.
SHOWN_REJECTIONS, LARGEST_FILE = 10, 256 * 1024**2

FORMATS = "jsonl, csv, label-studio or argilla."
STRATEGIES = "diverse, uncertain, ranking or random."
Format = Annotated[str | None, typer.Option(help=FORMATS)]
WithPersonalData = Annotated[bool, typer.Option("--with-personal-data", help="Do not mask personal data in comments.")]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The file with labels.")],
    format: Format = None,
    author: Annotated[str | None, typer.Option(help="Who says what the file does not sign; by default you.")] = None,
) -> None:
    """Import the labels of a file: Label Studio or Argilla JSON, CSV, JSON lines.

    Labels that cannot be kept are reported with their reason; all others are kept, beside those of other people.
    Importing again changes nothing. `saywhy analyse` updates the reports.
    """
    from pipelines.label_formats.files import read_labels
    from service.labelling.importing import import_labels

    if file.stat().st_size > LARGEST_FILE:
        raise InvalidInput(f"{file.name} is larger than {LARGEST_FILE // 1024**2} MiB; import it in parts")
    settings = read_settings()
    result = import_labels(
        configured_store(settings),
        settings.workspace,
        read_labels(file.read_bytes(), _format(format)),
        by=author or getpass.getuser(),
        code_frame=serving_code_frame(settings),
        with_personal_data=True,
    )
    for rejection in result.rejections[:SHOWN_REJECTIONS]:
        typer.echo(printable_line(f"  {rejection.position}: {rejection.reason}"))
    if len(result.rejections) > SHOWN_REJECTIONS:
        typer.echo(f"  … and {len(result.rejections) - SHOWN_REJECTIONS:,} more")
    typer.echo(
        f"{counted(result.new, 'correction')} new, {result.unchanged:,} there already, "
        f"{counted(len(result.rejections), 'label')} rejected."
    )


@app.command("export")
def export_file(
    format: Annotated[str, typer.Option(help=FORMATS)] = "jsonl",
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Write to this file.")] = None,
    next: Annotated[
        int, typer.Option(min=0, max=10_000, help="So many comments to label next, instead of labelled ones.")
    ] = 0,
    strategy: Annotated[str, typer.Option(help=f"How these are chosen: {STRATEGIES}")] = "diverse",
    with_personal_data: WithPersonalData = False,
) -> None:
    """Export what each person said of each comment, side by side, and for labelling tools what the model says."""
    from pipelines.label_formats.files import LabelFormat, write_labels
    from service.labelling.exporting import export_labels
    from service.labelling.selection import next_comments

    settings = read_settings()
    engine, code_frame = configured_store(settings), serving_code_frame(settings)
    chosen = None
    if next:
        comments = next_comments(engine, settings.workspace, next, _strategy(strategy), code_frame=code_frame)
        chosen = [each.id for each in comments]
    tasks = export_labels(
        engine,
        settings.workspace,
        code_frame=code_frame,
        comments=chosen,
        with_personal_data=with_personal_data,
    )
    pieces = write_labels(tasks, _format(format) or LabelFormat.JSONL)
    first = list(islice(pieces, 1))  # errors come before there is a file
    with out.open("w", encoding="utf-8", newline="") if out else nullcontext(sys.stdout) as file:
        file.writelines(first)
        file.writelines(pieces)


@app.command("agreement")
def agreement() -> None:
    """Show how far people agree who labelled the same comments: Krippendorff's alpha with its interval of 95 %.

    1 is full agreement, 0 what chance would give. Sets of themes and of causes differ by 1 - MASI.
    """
    from service.labelling.agreement import read_agreement

    settings = read_settings()
    result = read_agreement(configured_store(settings), settings.workspace)
    for name in ("sentiment", "themes", "causes"):
        typer.echo(f"{name:<10} {_agreement(getattr(result, name))}")


@app.command("suspects")
def suspects(
    accept: Annotated[list[int] | None, typer.Option(metavar="ID", help="Take the suggestion. Repeatable.")] = None,
    dismiss: Annotated[list[int] | None, typer.Option(metavar="ID", help="Confirm the label. Repeatable.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="As many at most.")] = 20,
    with_personal_data: WithPersonalData = False,
) -> None:
    """List labels that are probably wrong, the worst first; accept or dismiss the suggestions."""
    from service.labelling.suspects import Decision, decide, list_suspects

    settings = read_settings()
    engine = configured_store(settings)
    for decision, ids in ((Decision.ACCEPT, accept), (Decision.DISMISS, dismiss)):
        for number in ids or ():
            decide(
                engine,
                settings.workspace,
                number,
                decision,
                by=getpass.getuser(),
                code_frame=serving_code_frame(settings),
            )
    listed = list_suspects(engine, settings.workspace, limit, with_personal_data=with_personal_data)
    for each in listed:
        correction = each.correction
        start, end = correction.clause_start, correction.clause_end
        words = correction.text if start is None else correction.text[start:end]
        typer.echo(
            printable_line(
                f"{correction.id:>6}  {correction.kind}: {correction.value or 'none'} by {correction.author} "
                f"({each.probability:.0%} probable), rather {each.suggested or 'none'}: “{words}”"
            )
        )
    if not listed:
        typer.echo("No label is suspected; from 40 labels of a kind on there may be some.", err=True)


@app.command("next")
def next_to_label(
    size: Annotated[int, typer.Option(min=1, max=1000, help="Number of comments.")] = 20,
    strategy: Annotated[str, typer.Option(help=STRATEGIES)] = "diverse",
    with_personal_data: WithPersonalData = False,
) -> None:
    """List the comments whose labels would teach or tell most.

    diverse: the model is unsure, and differently so of each. uncertain: it is unsure. ranking: the label would narrow
    the intervals of the largest causes most. random: the audit sample, which alone measures quality without bias.
    """
    from service.labelling.selection import next_comments

    settings = read_settings()
    comments = next_comments(
        configured_store(settings),
        settings.workspace,
        size,
        _strategy(strategy),
        code_frame=serving_code_frame(settings),
        with_personal_data=with_personal_data,
    )
    for each in comments:
        value = "" if each.value is None else f"{each.value:.3g}"
        typer.echo(printable_line(f"{each.response:>8}  {value:>7}  {each.text}"))
    if not comments:
        typer.echo("No analysed comment is left to label.", err=True)


@app.command("interface")
def interface() -> None:
    """Write the labelling interface (XML) for a project of Label Studio, with the themes and causes of this store."""
    from service.labelling.label_studio import read_interface

    settings = read_settings()
    code_frame = serving_code_frame(settings)
    typer.echo(read_interface(configured_store(settings), settings.workspace, code_frame), nl=False)


def _agreement(agreement: Agreement) -> str:
    people = "1 person" if agreement.people == 1 else f"{agreement.people:,} people"
    counts = f"{counted(agreement.units, 'unit')} of {people}"
    if agreement.alpha is None:
        return f"–  ({counts}; alpha needs two people and two different labels)"
    interval = "" if agreement.low is None else f" ({agreement.low:.2f} to {agreement.high:.2f})"
    return f"{agreement.alpha:.2f}{interval}  {counts}, {agreement.disputed:,} disputed"


def _format(name: str | None) -> LabelFormat | None:
    from pipelines.label_formats.files import LabelFormat

    return None if name is None else _one_of(LabelFormat, name, "--format")


def _strategy(name: str) -> Strategy:
    from service.labelling.selection import Strategy

    return _one_of(Strategy, name, "--strategy")


def _one_of(values: type[Choice], name: str, option: str) -> Choice:
    if name not in {value.value for value in values}:
        raise typer.BadParameter(f"{option} is one of {', '.join(value.value for value in values)}, not {name!r}")
    return values(name)
