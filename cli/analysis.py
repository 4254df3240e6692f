"""`saywhy analyse`, `saywhy report` and `saywhy effort`."""

from __future__ import annotations

import getpass
import sys
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import record
from cli.configuration import configured_store, label_endpoint, read_settings, serving_code_frame
from cli.progress import progress_bars
from saywhy.errors import InvalidInput, WorkspaceNotFound

if TYPE_CHECKING:
    from saywhy.benchmark import Against
    from saywhy.code_frame import CodeFrame
    from saywhy.report import Report


class Format(StrEnum):
    """The formats of a report."""

    TERMINAL = "terminal"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"


#: The format that a file's ending implies.
ENDINGS = {
    ".json": Format.JSON,
    ".csv": Format.CSV,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".pdf": Format.PDF,
    ".txt": Format.TERMINAL,
}

#: The options of `saywhy analyse --spark`.
ON_SPARK = "On many machines (saywhy[spark])"

#: Width in characters of a table that is written to a file.
FILE_WIDTH = 120


def analyse(
    refit: Annotated[
        bool, typer.Option("--refit", help="Cluster all feedback into topics again; known topics keep their ids.")
    ] = False,
    frame: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Use this code frame from now on: `core`, or one of `saywhy frames list`."),
    ] = None,
    spark: Annotated[
        str | None,
        typer.Option(
            metavar="MASTER",
            help="Analyse a folder on Spark: local[2], spark://HOST:7077, k8s://HOST, yarn.",
            rich_help_panel=ON_SPARK,
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--in", metavar="DIR", help="Responses as .parquet, .csv, .tsv or .jsonl files.", rich_help_panel=ON_SPARK
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where the results are; a rerun does what is not there.", rich_help_panel=ON_SPARK
        ),
    ] = None,
    sample: Annotated[
        int,
        typer.Option(
            min=100, help="Responses that topics and impacts are computed of, at most.", rich_help_panel=ON_SPARK
        ),
    ] = 500_000,
    rows_per_part: Annotated[
        int,
        typer.Option(min=10, help="Rows of a task, which begins anew if its machine dies.", rich_help_panel=ON_SPARK),
    ] = 20_000,
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A saved mapping that says which column holds what; by default detected.",
            rich_help_panel=ON_SPARK,
        ),
    ] = None,
    language: Annotated[
        str, typer.Option(help="Language of the pages: en, de, zh-Hans or zh-Hant.", rich_help_panel=ON_SPARK)
    ] = "en",
) -> None:
    """Annotate new comments, find root causes, and compute what each of them costs.

    Only comments without an annotation by this model version are annotated, so a rerun is quick. An analysis that was
    stopped continues where it stopped. With --spark, files are analysed on many machines, and the store is not used.
    """
    if spark is not None or folder is not None or out is not None:
        if spark is None or folder is None or out is None:
            raise typer.BadParameter("--spark, --in and --out belong together")
        if refit or frame is not None:
            raise typer.BadParameter("--refit and --frame are of a workspace, which --spark does not use")

        from cli.spark import analyse_folder

        analyse_folder(spark, folder, out, sample, rows_per_part, mapping, language)
        return

    from models.annotator import load_annotator
    from saywhy.fix import FixState
    from service.analysis import analyse as run
    from service.code_frames import choose_frame
    from service.fixes import list_fixes
    from service.job_kinds import follow_in_shadow
    from service.topics.proposals import list_proposals
    from service.workspaces import writing

    settings = read_settings()
    engine = configured_store(settings)
    if frame is not None:
        choose_frame(engine, settings.workspace, frame)
        record(engine, settings, "analyse --frame", frame)
    annotator = load_annotator(settings.model_registry, settings.threads)
    with progress_bars() as progress:
        endpoint = label_endpoint(settings)
        finished = run(engine, settings.workspace, annotator, progress=progress, refit=refit, label_endpoint=endpoint)
    with writing(engine, settings.workspace) as (connection, workspace_id):
        follow_in_shadow(connection, workspace_id, settings.model_registry)
    message = "Nothing is new since the last analysis." if finished.detail else "Analysed."
    typer.echo(f"{message} `saywhy report` shows the ranking, `saywhy serve` the page.", err=True)
    if states := Counter(marked.outcome.state for marked in list_fixes(engine, settings.workspace) if marked.outcome):
        numbers = ", ".join(f"{states[state]} {state}" for state in FixState if states[state])
        typer.echo(f"Fixes: {numbers}. `saywhy fixes list` shows them.", err=True)
    if endpoint is not None and (number := sum(view.is_open for view in list_proposals(engine, settings.workspace))):
        typer.echo(f"Topics that may be the same: {number}. `saywhy topics proposals` lists them.", err=True)


def report(
    wave: Annotated[str, typer.Option(help="A wave, or `all` waves together.")] = "all",
    format: Annotated[
        Format | None, typer.Option(help="By default what the ending of --out implies, else the terminal table.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write to this file instead of the terminal.")
    ] = None,
    show_staff_names: Annotated[
        bool, typer.Option("--show-staff-names", help="Do not mask the names of employees in quotes.")
    ] = False,
    language: Annotated[str, typer.Option(help="Language of what people read: en, de, zh-Hans or zh-Hant.")] = "en",
    against: Annotated[
        str | None,
        typer.Option(
            metavar="wave:… | segment:… | workspace:…",
            help="Compare with wave:WAVE, segment:NAME=VALUE or workspace:NAME[/WAVE].",
        ),
    ] = None,
) -> None:
    """Show the ranking of what costs NPS points, as the latest analysis computed it."""
    from service.reports.reading import read_report

    chosen_format, reference = format or _format_of(out), _reference(against)
    settings = read_settings()
    engine, code_frame = configured_store(settings), serving_code_frame(settings)
    try:
        latest = read_report(engine, settings.workspace, wave, show_staff_names=show_staff_names)
    except WorkspaceNotFound as error:
        raise WorkspaceNotFound(f"{error.detail} yet; `saywhy import` creates it") from None
    if reference is not None:
        from service.benchmarks import read_report_against

        latest = read_report_against(
            engine, settings.workspace, code_frame, reference, wave, show_staff_names=show_staff_names
        )
    write_report(latest, code_frame, chosen_format, out, language)


def effort(
    cause: Annotated[str, typer.Argument(help="A cause of the ranking: its id, `theme:ID`, `topic:ID` or label.")],
    effort: Annotated[str, typer.Argument(help="S, M, L, a number of days, or `none` to remove it.")],
) -> None:
    """Set the effort of fixing a cause. Prints the board: causes by NPS points recovered per day of work.

    S is 2 days, M 10, L 40. A cause of at most 5 days with a significant impact is marked as a quick win.
    """
    from pipelines.render.wording import printable
    from service.efforts import set_effort

    settings = read_settings()
    _, report = set_effort(configured_store(settings), settings.workspace, cause, effort, by=getpass.getuser())
    issues = {str(issue.key): issue for issue in report.issues}
    for key in report.board:
        issue = issues[key]
        if issue.points_per_day and issue.effort_days:
            quick_win = "  quick win" if issue.is_pebble else ""
            per_day = issue.points_per_day
            typer.echo(
                f"{per_day.value:6.2f} points a day ({per_day.low:.2f} to {per_day.high:.2f}), "
                f"{issue.effort_days:g} days: {printable(issue.label)} [{key}]{quick_win}"
            )


def write_report(report: Report, code_frame: CodeFrame, format: Format, out: Path | None, language: str) -> None:
    """Write a report in one of its formats to a file, or to stdout if `out` is None."""
    if format is Format.TERMINAL:
        _write_table(report, code_frame, out, language)
        return
    content = _render(report, code_frame, format, language)
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        out.write_bytes(content)


def _reference(against: str | None) -> Against | None:
    from saywhy.benchmark import Against

    try:
        return None if against is None else Against.parse(against)
    except InvalidInput as error:
        raise typer.BadParameter(error.detail) from None


def _format_of(out: Path | None) -> Format:
    if out is None:
        return Format.TERMINAL
    if out.suffix.lower() not in ENDINGS:
        endings = ", ".join(ENDINGS)
        raise typer.BadParameter(f"the ending of {out.name} implies no format; add --format, or use one of {endings}")
    return ENDINGS[out.suffix.lower()]


def _write_table(report: Report, code_frame: CodeFrame, out: Path | None, language: str) -> None:
    from cli.terminal_report import print_ranking

    if out is None:
        print_ranking(report, code_frame, language=language)
        return

    from rich.console import Console

    with out.open("w", encoding="utf-8") as file:
        console = Console(file=file, width=FILE_WIDTH, highlight=False)
        print_ranking(report, code_frame, language=language, console=console)


def _render(report: Report, code_frame: CodeFrame, format: Format, language: str) -> bytes:
    from pipelines import render

    match format:
        case Format.JSON:
            return render.to_json(report).encode()
        case Format.CSV:
            return render.to_csv(report, language=language).encode()
        case Format.HTML:
            return render.to_html(report, code_frame, language=language).encode()
        case Format.PDF:
            return _pdf(report, code_frame, language)
        case _:
            raise ValueError(format)


def _pdf(report: Report, code_frame: CodeFrame, language: str) -> bytes:
    from pipelines.render.document import build_document
    from pipelines.render.html import document_html
    from pipelines.render.pdf import to_pdf
    from pipelines.render.wording import Wording

    wording = Wording(language)
    return to_pdf(document_html(build_document(report, code_frame, wording), wording))
