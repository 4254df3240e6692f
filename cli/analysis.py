"""`saywhy analyse` and `saywhy report`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import label_endpoint, read_settings
from cli.progress import progress_bars
from saywhy.errors import WorkspaceNotFound

if TYPE_CHECKING:
    from saywhy.report import Report


class Format(StrEnum):
    """What a report can be written as."""

    TERMINAL = "terminal"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


#: What the ending of a file says.
ENDINGS = {".json": Format.JSON, ".csv": Format.CSV, ".html": Format.HTML, ".htm": Format.HTML, ".txt": Format.TERMINAL}

#: Columns of a table that is written to a file.
FILE_WIDTH = 120


def analyse(
    refit: Annotated[
        bool, typer.Option("--refit", help="Cluster all feedback into topics once more; known ones keep their ids.")
    ] = False,
) -> None:
    """Annotate what is new, find the root causes, and compute what each of them costs.

    Only comments that this model version has not seen are annotated, so a rerun is quick. An analysis that was
    stopped half-way goes on where it was.
    """
    from models.annotator import load_annotator
    from saywhy.store import open_store
    from service.analysis import analyse as run

    settings = read_settings()
    engine = open_store(settings.database_url)
    annotator = load_annotator(settings.registry, settings.threads)
    with progress_bars() as progress:
        labels = label_endpoint(settings)
        ended = run(engine, settings.workspace, annotator, progress=progress, refit=refit, labels=labels)
    done = "Nothing is new since the last analysis." if ended.detail else "Analysed."
    typer.echo(f"{done} `saywhy report` shows the ranking, `saywhy serve` the page.", err=True)


def report(
    wave: Annotated[str, typer.Option(help="A wave; `all` is everything.")] = "all",
    format: Annotated[
        Format | None, typer.Option(help="Left out: what the ending of --out says, else the terminal table.")
    ] = None,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Write here rather than to the terminal.")] = None,
    language: Annotated[str, typer.Option(help="Language of table, page and CSV: en, de, zh-Hans or zh-Hant.")] = "en",
) -> None:
    """Show the ranking of what costs NPS points, as the latest analysis found it."""
    from saywhy.store import open_store, reading, reports, workspaces

    chosen = format or _format_of(out)
    settings = read_settings()
    engine = open_store(settings.database_url)
    with reading(engine) as connection:
        try:
            workspace = workspaces.find(connection, settings.workspace)
        except WorkspaceNotFound as error:
            raise WorkspaceNotFound(f"{error.detail} yet; `saywhy import` makes it") from None
        found = reports.latest(connection, workspace, wave)
    write_report(found, chosen, out, language)


def effort(
    cause: Annotated[str, typer.Argument(help="A cause of the ranking: its id, `theme:ID`, `topic:ID` or its label.")],
    effort: Annotated[str, typer.Argument(help="S, M, L, a number of days, or `none` to take it away.")],
) -> None:
    """Say what it takes to mend a cause. Prints the board: causes by the points they give back per day.

    S is 2 days, M 10, L 40. A cause of at most 5 days that certainly costs points is marked as a pebble.
    """
    from pipelines.render.wording import printable
    from saywhy.store import open_store
    from service.efforts import set_effort

    settings = read_settings()
    _, found = set_effort(open_store(settings.database_url), settings.workspace, cause, effort)
    issues = {str(issue.key): issue for issue in found.issues}
    for key in found.board:
        issue = issues[key]
        if issue.points_per_day and issue.effort_days:
            pebble = "  pebble" if issue.is_pebble else ""
            weight = issue.points_per_day
            typer.echo(
                f"{weight.value:6.2f} points a day ({weight.low:.2f} to {weight.high:.2f}), "
                f"{issue.effort_days:g} days: {printable(issue.label)} [{key}]{pebble}"
            )


def write_report(report: Report, format: Format, out: Path | None, language: str) -> None:
    """Write a report in one of its forms to a file, or to stdout where `out` is None."""
    if format is Format.TERMINAL:
        _write_table(report, out, language)
        return
    content = _render(report, format, language).encode()
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        out.write_bytes(content)


def _format_of(out: Path | None) -> Format:
    if out is None:
        return Format.TERMINAL
    if out.suffix.lower() not in ENDINGS:
        raise typer.BadParameter(f"{out.name} does not say the format; add --format, or end it in {', '.join(ENDINGS)}")
    return ENDINGS[out.suffix.lower()]


def _write_table(report: Report, out: Path | None, language: str) -> None:
    from cli.terminal_report import print_ranking

    if out is None:
        print_ranking(report, language=language)
        return

    from rich.console import Console

    with out.open("w", encoding="utf-8") as file:
        print_ranking(report, language=language, console=Console(file=file, width=FILE_WIDTH, highlight=False))


def _render(report: Report, format: Format, language: str) -> str:
    from pipelines import render
    from saywhy.code_frame import load_code_frame

    match format:
        case Format.JSON:
            return render.to_json(report)
        case Format.CSV:
            return render.to_csv(report, language=language)
        case Format.HTML:
            return render.to_html(report, load_code_frame(), language=language)
        case _:
            raise ValueError(format)
