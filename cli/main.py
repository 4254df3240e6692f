"""The `saywhy` command: its subcommands, and how all of them report errors.

Heavy libraries are imported inside the commands that need them, so that `saywhy --help` is fast.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import (
    analysis,
    anonymity,
    audit,
    audit_log,
    backup,
    cases,
    corrections,
    customer_health,
    demo,
    digests,
    erasure,
    evaluate,
    exporting,
    fixes,
    follow_up,
    frames,
    importing,
    jobs,
    keys,
    mappings,
    mcp,
    migrating,
    models,
    people,
    plan,
    retraining,
    scenarios,
    schedules,
    serving,
    shared_links,
    sources,
    streams,
    topics,
    webhooks,
    worker,
)
from cli.printing import printable_line
from saywhy import __version__
from saywhy.errors import SaywhyError

#: The exit code that shells report when the reader of a pipe has ended (128 + SIGPIPE).
BROKEN_PIPE = 141


class Commands(TyperGroup):
    """Prints errors that the user can act on as one line on stderr, with exit code 1; bugs keep their traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # a closed pipe is noticed here rather than at exit
        except BrokenPipeError:
            _discard_output()
            raise typer.Exit(BROKEN_PIPE) from None
        except SaywhyError as error:
            _exit_with(error.detail)
        except OSError as error:
            # The output of a full device is still buffered, and would fail again at exit.
            _discard_output()
            _exit_with(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
        return result


def _discard_output() -> None:
    """Write what is still buffered nowhere; without this Python would print an error at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit_with(detail: str) -> None:
    typer.echo(printable_line(f"saywhy: {detail}"), err=True)
    raise typer.Exit(1)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings are environment variables such as SAYWHY_DATABASE_URL: see docs/reference/settings.md.",
)


def _show_version(is_requested: bool) -> None:
    if is_requested:
        typer.echo(f"saywhy {__version__}")
        raise typer.Exit


@app.callback()
def saywhy(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Why did people give us that score? From a survey export to the ranking of what costs NPS points."""


SURVEYS = "From a survey to a report"
ACCESS = "Who may, and personal data"
OPERATIONS = "Operating the store"
STREAMS = "JSON lines in, JSON out; nothing is stored"

app.command("import", rich_help_panel=SURVEYS)(importing.import_responses)
app.add_typer(mappings.app, name="mappings", rich_help_panel=SURVEYS)
app.add_typer(sources.app, name="sources", rich_help_panel=SURVEYS)
app.add_typer(anonymity.app, name="anonymity", rich_help_panel=SURVEYS)
app.command("analyse", rich_help_panel=SURVEYS)(analysis.analyse)
app.add_typer(frames.app, name="frames", rich_help_panel=SURVEYS)
app.command("report", rich_help_panel=SURVEYS)(analysis.report)
app.command("export", rich_help_panel=SURVEYS)(exporting.export)
app.command("effort", rich_help_panel=SURVEYS)(analysis.effort)
app.command("scenario", rich_help_panel=SURVEYS)(scenarios.scenario)
app.command("fix", rich_help_panel=SURVEYS)(fixes.fix)
app.add_typer(fixes.app, name="fixes", rich_help_panel=SURVEYS)
cases.app.add_typer(follow_up.app)
app.add_typer(cases.app, name="cases", rich_help_panel=SURVEYS)
customer_health.app.add_typer(erasure.app)
app.add_typer(customer_health.app, name="customers", rich_help_panel=SURVEYS)
app.add_typer(plan.app, name="plan", rich_help_panel=SURVEYS)
app.add_typer(audit.app, name="audit", rich_help_panel=SURVEYS)
app.add_typer(corrections.app, name="corrections", rich_help_panel=SURVEYS)
app.add_typer(evaluate.app, name="evaluate", rich_help_panel=SURVEYS)
app.command("retrain", rich_help_panel=SURVEYS)(retraining.retrain)
app.add_typer(models.app, name="models", rich_help_panel=SURVEYS)
app.command("serve", rich_help_panel=SURVEYS)(serving.serve)
app.command("mcp", rich_help_panel=SURVEYS)(mcp.serve_tools)
app.command("worker", rich_help_panel=SURVEYS)(worker.worker)
app.add_typer(jobs.app, name="jobs", rich_help_panel=SURVEYS)
app.add_typer(schedules.app, name="schedule", rich_help_panel=SURVEYS)
app.add_typer(webhooks.app, name="webhooks", rich_help_panel=SURVEYS)
app.add_typer(digests.app, name="digests", rich_help_panel=SURVEYS)
app.command("demo", rich_help_panel=SURVEYS)(demo.demo)
app.add_typer(keys.app, name="keys", rich_help_panel=ACCESS)
app.add_typer(people.app, name="people", rich_help_panel=ACCESS)
app.add_typer(shared_links.app, name="shared-links", rich_help_panel=ACCESS)
app.command("audit-log", rich_help_panel=ACCESS)(audit_log.audit_log)
app.command("retention", rich_help_panel=ACCESS)(erasure.retention)
app.command("migrate", rich_help_panel=OPERATIONS)(migrating.migrate)
app.command("backup", rich_help_panel=OPERATIONS)(backup.backup)
app.command("restore", rich_help_panel=OPERATIONS)(backup.restore)
app.command("classify", rich_help_panel=STREAMS)(streams.classify)
app.add_typer(topics.app, name="topics", rich_help_panel=STREAMS)
app.command("rank", rich_help_panel=STREAMS)(streams.rank)
