"""The `saywhy` command: every command in one place, and what they have in common.

Heavy libraries are imported inside the commands that need them, so that `saywhy --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import analysis, audit, demo, evaluate, importing, serving, streams, topics
from saywhy import __version__
from saywhy.errors import SaywhyError

#: What a shell reports of a program whose reader went away (128 + SIGPIPE).
BROKEN_PIPE = 141


class Commands(TyperGroup):
    """Turns what the user can do something about into one line on stderr and exit code 1; bugs keep their traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # a reader that went away is noticed here rather than at exit
        except BrokenPipeError:
            # What is still buffered has nowhere to go; without this Python would complain while exiting.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(BROKEN_PIPE) from None
        except SaywhyError as error:
            _refuse(error.detail)
        except OSError as error:
            if error.filename is None:
                raise
            _refuse(f"{error.filename}: {error.strerror}")
        return result


def _refuse(detail: str) -> None:
    typer.echo(f"saywhy: {detail}", err=True)
    raise typer.Exit(1)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings are environment variables, SAYWHY_DATABASE_URL first of all: see docs/reference/settings.md.",
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"saywhy {__version__}")
        raise typer.Exit


@app.callback()
def saywhy(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Why did people give us that score? From a survey export to the ranking of what costs NPS points."""


MAIN_JOB = "From a survey to a report"
STREAMS = "JSON lines in, JSON out; nothing is stored"

app.command("import", rich_help_panel=MAIN_JOB)(importing.import_responses)
app.command("analyse", rich_help_panel=MAIN_JOB)(analysis.analyse)
app.command("report", rich_help_panel=MAIN_JOB)(analysis.report)
app.command("effort", rich_help_panel=MAIN_JOB)(analysis.effort)
app.add_typer(audit.app, name="audit", rich_help_panel=MAIN_JOB)
app.add_typer(evaluate.app, name="evaluate", rich_help_panel=MAIN_JOB)
app.command("serve", rich_help_panel=MAIN_JOB)(serving.serve)
app.command("demo", rich_help_panel=MAIN_JOB)(demo.demo)
app.command("classify", rich_help_panel=STREAMS)(streams.classify)
app.add_typer(topics.app, name="topics", rich_help_panel=STREAMS)
app.command("rank", rich_help_panel=STREAMS)(streams.rank)
