"""`saywhy import`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import read_settings
from cli.progress import progress_bars
from saywhy.feedback import Scale

if TYPE_CHECKING:
    from pipelines.ingest import ImportReport

#: Rejected rows that are told; all of them can be written to a file.
SHOWN_REJECTIONS = 5

COLUMNS = 'Columns: a name or the words of the question; "" for none'


def _column(name: str, help: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        f"--{name}-column", metavar="COLUMN", help=help, show_default=False, rich_help_panel=COLUMNS
    )
    return option


def import_responses(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="CSV, TSV, XLSX, JSON or JSONL, as your survey tool exports it.",
        ),
    ],
    wave: Annotated[str | None, typer.Option(help="The wave of rows that do not name one, e.g. 2026-Q1.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the responses are from; left out: the survey tool that was detected.")
    ] = None,
    scale: Annotated[
        Scale | None, typer.Option(help="The scale of the scores; only 0-10 is NPS. Left out: detected, and said.")
    ] = None,
    keep_unknown: Annotated[
        bool, typer.Option("--keep-unknown", help="Keep columns that mean nothing to saywhy as segments.")
    ] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Left out: detected. E.g. utf-8, latin-1, gb18030, big5.")
    ] = None,
    delimiter: Annotated[str | None, typer.Option(help="What separates the cells. Left out: detected.")] = None,
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous",
            help="Promise anonymity, as employee surveys do, for the whole workspace: no identity is stored, and "
            "reports show nothing of small groups.",
        ),
    ] = False,
    rejections: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the rows that were not taken here, as CSV.")
    ] = None,
    score_column: Annotated[str | None, _column("score", "The score.")] = None,
    comment_column: Annotated[list[str] | None, _column("comment", "The open answer. Repeatable: joined.")] = None,
    id_column: Annotated[str | None, _column("id", "What identifies a response, so that it is imported once.")] = None,
    answered_column: Annotated[str | None, _column("answered", "When it was answered.")] = None,
    wave_column: Annotated[str | None, _column("wave", "The wave.")] = None,
    customer_column: Annotated[str | None, _column("customer", "The customer's id.")] = None,
    name_column: Annotated[str | None, _column("name", "The customer's name.")] = None,
    email_column: Annotated[str | None, _column("email", "The customer's e-mail address.")] = None,
    account_column: Annotated[str | None, _column("account", "The account that the customer belongs to.")] = None,
    revenue_column: Annotated[str | None, _column("revenue", "The account's annual revenue.")] = None,
    lifetime_value_column: Annotated[str | None, _column("lifetime-value", "What the customer brings in all.")] = None,
    segment_column: Annotated[list[str] | None, _column("segment", "A segment. Repeatable.")] = None,
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="What 03/04/2026 means, where the file itself does not tell."),
    ] = None,
) -> None:
    """Import the responses of a survey from a file.

    The survey tool, the encoding, the columns and the scale are detected, and said; options overrule them. Importing
    a file again changes nothing; a later export completes the responses of an earlier one. An import that was stopped
    goes on where it was. Rows that cannot be taken are reported with their line and the reason; all others are in.
    """
    from pipelines.ingest import ColumnChoice, import_file, read_rejections, write_rejections
    from saywhy.store import open_store, workspaces

    columns = ColumnChoice(
        score=score_column,
        comment=tuple(comment_column) if comment_column else None,
        id=id_column,
        answered_at=answered_column,
        wave=wave_column,
        customer_id=customer_column,
        name=name_column,
        email=email_column,
        account=account_column,
        revenue=revenue_column,
        lifetime_value=lifetime_value_column,
        segments=tuple(segment_column or ()),
        day_first=day_first,
    )
    settings = read_settings()
    engine = open_store(settings.database_url)
    if anonymous:
        with engine.begin() as connection:
            workspaces.promise_anonymity(connection, workspaces.ensure(connection, settings.workspace))
    with progress_bars() as progress:
        imported = import_file(
            engine,
            settings.workspace,
            file,
            wave=wave,
            source=source,
            scale=scale,
            columns=columns,
            keep_unknown=keep_unknown,
            encoding=encoding,
            delimiter=delimiter,
            progress=progress,
        )
    for line in describe(imported):
        typer.echo(line)
    if rejections:
        count = write_rejections(engine, settings.workspace, imported.id, rejections)
        typer.echo(f"{count:,} rejected rows are in {rejections}")
    else:
        for rejection in islice(read_rejections(engine, settings.workspace, imported.id), SHOWN_REJECTIONS):
            typer.echo(f"  line {rejection.line}: {rejection.reason}")
        if imported.rejected > SHOWN_REJECTIONS:
            typer.echo(f"  … and {imported.rejected - SHOWN_REJECTIONS:,} more; --rejections FILE writes them all")


def describe(imported: ImportReport) -> Iterator[str]:
    """What was found in the file and what became of its rows, a line each."""
    how = (imported.format, imported.encoding, imported.delimiter and f"{imported.delimiter}-separated")
    yield f"{imported.file}: {', '.join(filter(None, how))}; source {imported.source}"
    for role, column in imported.columns.items():
        yield f"  {role}: {column}"
    if imported.scale:
        yield f"  scale: {imported.scale}, {imported.scale_reason}"
    if imported.ignored:
        yield f"  not imported: {', '.join(imported.ignored)}"
    for note in imported.notes:
        yield f"  note: {note}"
    if imported.resumed_at:
        yield f"  went on after row {imported.resumed_at:,}, where an earlier attempt had stopped"
    counts = {name: getattr(imported, name) for name in ("new", "changed", "unchanged", "rejected")}
    yield f"{imported.rows:,} rows: {', '.join(f'{count:,} {name}' for name, count in counts.items())}"
