"""`saywhy import`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from cli.progress import progress_bars
from saywhy.feedback import Rejection, Scale
from saywhy.text import counted

if TYPE_CHECKING:
    from service.imports import ImportReport
    from service.previews import ImportPreview

#: Rejected rows that are printed; --rejections writes all of them to a file.
SHOWN_REJECTIONS = 5
#: Characters of a text of the file that a preview shows.
SHOWN_CHARACTERS = 40

#: Columns without a role that are printed.
SHOWN_COLUMNS = 50

#: The exit code if no row was imported.
NOTHING_TAKEN = 3

COLUMNS = 'Columns: a name or the words of the question; "" for no column'


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
            help="CSV, TSV, XLSX, JSON or JSONL, as exported by your survey tool.",
        ),
    ],
    wave: Annotated[str | None, typer.Option(help="The wave of rows that name none, e.g. 2026-Q1.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the responses come from; by default the detected survey tool.")
    ] = None,
    scale: Annotated[
        Scale | None, typer.Option(help="The scale of the scores; only 0-10 is NPS. By default detected and reported.")
    ] = None,
    keep_unknown: Annotated[
        bool, typer.Option("--keep-unknown", help="Keep columns of unknown meaning as segments.")
    ] = False,
    encoding: Annotated[
        str | None, typer.Option(help="E.g. utf-8, latin-1, gb18030, big5. By default detected.")
    ] = None,
    delimiter: Annotated[str | None, typer.Option(help="The character between cells. By default detected.")] = None,
    sheet: Annotated[
        str | None, typer.Option(help="The sheet of a workbook; by default the first one with responses.")
    ] = None,
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous",
            help="Promise anonymity for the whole workspace, as employee surveys do: no identities are stored, and "
            "reports show no small groups.",
        ),
    ] = False,
    rejections: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the rejected rows to this file, as CSV.")
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            help='A saved mapping; "" for none. By default the last one that was saved for files with these columns.',
            show_default=False,
        ),
    ] = None,
    save_mapping: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Save how the file is read, for later files with these columns.", show_default=False
        ),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show how the columns and the first rows would be read; store nothing.")
    ] = False,
    question: Annotated[
        str | None,
        typer.Option(
            help="Words of the question to import, if several ask for a score.",
            rich_help_panel=COLUMNS,
            show_default=False,
        ),
    ] = None,
    score_column: Annotated[
        list[str] | None, _column("score", "The score. Repeatable for the branches of one question.")
    ] = None,
    comment_column: Annotated[
        list[str] | None, _column("comment", "The open answer. Repeatable; answers are joined.")
    ] = None,
    id_column: Annotated[str | None, _column("id", "The response's id, so that it is imported only once.")] = None,
    answered_column: Annotated[str | None, _column("answered", "The time of the answer.")] = None,
    wave_column: Annotated[str | None, _column("wave", "The wave.")] = None,
    customer_column: Annotated[str | None, _column("customer", "The customer's id.")] = None,
    name_column: Annotated[str | None, _column("name", "The customer's name.")] = None,
    email_column: Annotated[str | None, _column("email", "The customer's e-mail address.")] = None,
    account_column: Annotated[str | None, _column("account", "The account that the customer belongs to.")] = None,
    revenue_column: Annotated[str | None, _column("revenue", "The account's annual revenue.")] = None,
    lifetime_value_column: Annotated[str | None, _column("lifetime-value", "The customer's lifetime value.")] = None,
    segment_column: Annotated[list[str] | None, _column("segment", "A segment. Repeatable.")] = None,
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="How to read 03/04/2026 if the file does not decide it."),
    ] = None,
) -> None:
    """Import the responses of a survey from a file.

    Survey tool, encoding, columns and scale are detected and reported; options override them. Importing a file again
    changes nothing; a later export completes the responses of an earlier one. An import that was stopped continues
    where it stopped. Invalid rows are rejected and reported with line and reason; all others are imported. The exit
    code is 3 if all were rejected.
    """
    from pipelines.ingest.options import ReadingOptions
    from saywhy.mapping import ColumnChoice
    from service.imports import import_file, read_rejections, write_rejections
    from service.previews import preview_file
    from service.workspaces import promise_anonymity

    columns = ColumnChoice(
        score=tuple(score_column) if score_column else None,
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
        question=question,
    )
    options = ReadingOptions(
        wave=wave,
        source=source,
        scale=scale,
        columns=columns,
        keep_unknown=keep_unknown,
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
    )
    settings = read_settings()
    engine = configured_store(settings)
    if preview:
        previewed = preview_file(
            engine, settings.workspace, file, mapping=mapping, save_mapping=save_mapping, **options
        )
        for line in describe_preview(previewed):
            typer.echo(printable_line(line))
        return
    if anonymous:
        promise_anonymity(engine, settings.workspace)
    with progress_bars() as progress:
        imported = import_file(
            engine,
            settings.workspace,
            file,
            mapping=mapping,
            save_mapping=save_mapping,
            progress=progress,
            announce=lambda report: typer.echo("\n".join(describe(report))),
            **options,
        )
    if rejections:
        count = write_rejections(engine, settings.workspace, imported.id, rejections)
        typer.echo(f"{count:,} rejected rows are in {rejections}")
    else:
        for rejection in islice(read_rejections(engine, settings.workspace, imported.id), SHOWN_REJECTIONS):
            typer.echo(printable_line(f"  line {rejection.line}: {rejection.reason}"))
        if imported.rejected > SHOWN_REJECTIONS:
            typer.echo(f"  … and {imported.rejected - SHOWN_REJECTIONS:,} more; --rejections FILE writes them all")
    if imported.rows == imported.rejected:
        raise typer.Exit(NOTHING_TAKEN)


def describe(imported: ImportReport) -> Iterator[str]:
    """How the file was read and what happened to its rows, one line each, fit for a terminal."""
    return map(printable_line, _describe(imported))


def _describe(imported: ImportReport) -> Iterator[str]:
    format_facts = (imported.format, imported.encoding, imported.delimiter and f"{imported.delimiter}-separated")
    yield f"{imported.file}: {', '.join(filter(None, format_facts))}; source {imported.source}"
    if imported.mapping:
        yield _by_mapping(imported.mapping)
    for role, column in imported.columns.items():
        yield f"  {role}: {column}"
    if imported.scale:
        yield f"  scale: {imported.scale}, {imported.scale_reason}"
    if imported.ignored:
        more = f" and {len(imported.ignored) - SHOWN_COLUMNS:,} more" if len(imported.ignored) > SHOWN_COLUMNS else ""
        yield f"  not imported: {', '.join(imported.ignored[:SHOWN_COLUMNS])}{more}"
    for column, values in islice(imported.offered.items(), SHOWN_COLUMNS):
        yield f"  could be a segment ({', '.join(values)}, …): --segment-column {shlex.quote(column)}"
    for note in imported.notes:
        yield f"  note: {note}"
    if imported.resumed_at:
        yield f"  continued after row {imported.resumed_at:,}, where an earlier import had stopped"
    counts = {name: getattr(imported, name) for name in ("new", "changed", "unchanged", "rejected")}
    yield f"{counted(imported.rows, 'row')}: {', '.join(f'{count:,} {name}' for name, count in counts.items())}"
    if imported.opened_cases:
        yield f"{counted(imported.opened_cases, 'case')} opened; see `saywhy cases list`"


def describe_preview(preview: ImportPreview) -> Iterator[str]:
    """The columns with role, share filled and examples, then the first rows as they would stand, one line each."""
    yield f"{preview.format}; source {preview.source}; no response is stored"
    if preview.mapping:
        yield _by_mapping(preview.mapping)
    if preview.scale:
        yield f"  scale: {preview.scale}, {preview.scale_reason}"
    for note in preview.notes:
        yield f"  note: {note}"
    yield from _aligned(
        ("column", "role", "filled", "examples"),
        *(
            (_shown(column.name), column.role or "-", f"{column.filled:.0%}", _shown(" | ".join(column.examples)))
            for column in preview.columns
        ),
    )
    yield "The first rows:"
    for row in preview.rows:
        if isinstance(row, Rejection):
            yield f"  line {row.line} would be rejected: {row.reason}"
            continue
        facts = {
            "score": row.score and (row.score.group if row.score.scale is Scale.GROUPS else row.score.value),
            "comment": row.comment and _shown(row.comment.verbatim),
            "time": row.answered_at and f"{row.answered_at:%Y-%m-%d %H:%M}",
            "wave": row.wave,
            "id": row.external_id,
            "customer": row.customer and (row.customer.name or row.customer.id or row.customer.email),
            "segments": ", ".join(map(str, row.segments)) or None,
        }
        yield "  " + "; ".join(f"{name}: {value}" for name, value in facts.items() if value is not None)


def _by_mapping(name: str) -> str:
    return f"  read by the saved mapping {name!r}, but for what options say"


def _shown(text: str) -> str:
    """A text of the file on one line, cut."""
    line = " ".join(text[: 10 * SHOWN_CHARACTERS].split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[: SHOWN_CHARACTERS - 1]}…"


def _aligned(*rows: tuple[str, ...]) -> Iterator[str]:
    from rich.cells import cell_len, set_cell_size

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
