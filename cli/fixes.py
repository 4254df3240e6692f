"""`saywhy fix` and `saywhy fixes`: causes that were fixed, and whether that shows."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import configured_store, read_settings, serving_code_frame
from cli.printing import printable_line

if TYPE_CHECKING:
    from service.fixes import MarkedFix

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", help="Causes that were fixed, and whether that shows."
)


def fix(
    cause: Annotated[str, typer.Argument(help="A cause of the ranking: its id, `theme:ID`, `topic:ID` or label.")],
    wave: Annotated[str | None, typer.Option(help="It is fixed in this wave and in all later ones.")] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="It is fixed in answers from this day on (UTC).")
    ] = None,
    target: Annotated[
        float | None,
        typer.Option(
            help="The share of those who write that may still name it, 0 to 1; by default half of that before."
        ),
    ] = None,
    release: Annotated[str | None, typer.Option(help="The release with which it was fixed.")] = None,
) -> None:
    """Mark a cause as fixed, from a wave or from a date on. Prints what the feedback since then says.

    Verified: it is named less often than the target, with a probability of at least 95%; regressed: more often. Reports
    show it at once. A cause that is marked again is fixed from the new wave or date on.
    """
    from saywhy.fix import Fix
    from service.fixes import mark_fixed

    settings = read_settings()
    engine, code_frame = configured_store(settings), serving_code_frame(settings)
    marked = Fix(cause, wave, date.date() if date else None, target, release)
    _print(mark_fixed(engine, settings.workspace, code_frame, marked, by=getpass.getuser()))


@app.command("list")
def list_all() -> None:
    """List the causes that were fixed: regressed ones first, then undecided, then verified ones."""
    from service.fixes import list_fixes

    settings = read_settings()
    for marked in list_fixes(configured_store(settings), settings.workspace):
        _print(marked)


@app.command("remove")
def remove(
    cause: Annotated[str, typer.Argument(help="A cause that was fixed: its id, `theme:ID`, `topic:ID` or label.")],
) -> None:
    """Mark a cause as not fixed."""
    from service.fixes import remove_fix

    settings = read_settings()
    removed = remove_fix(configured_store(settings), settings.workspace, cause, by=getpass.getuser())
    typer.echo(printable_line(f"{removed} is no longer marked as fixed."))


def _print(marked: MarkedFix) -> None:
    """What is said of a fix, in the words of the page."""
    from pipelines.render.fixes import fix_figures, fix_start
    from pipelines.render.wording import Wording

    outcome = marked.outcome
    if outcome is None:
        fixed = f"{marked.fix.cause}, fixed from {marked.fix.start} on"
        typer.echo(printable_line(f"{fixed}: the latest report has no such cause or wave"))
        return
    wording = Wording("en")
    state, share, responses, recovered = fix_figures(outcome, wording)
    fixed_from = wording("fixed_from", start=fix_start(outcome, wording))
    typer.echo(printable_line(f"{outcome.label} [{outcome.cause}], {fixed_from}: {state.value}, {state.detail}"))
    for title, figure in (("fix_share", share), ("fix_responses", responses), ("fix_recovered", recovered)):
        detail = f" ({figure.detail})" if figure.detail else ""
        typer.echo(f"  {wording[title]}: {figure.value}{detail}")
