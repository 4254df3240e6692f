"""`saywhy plan`: whom to ask in which wave, and what came of it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import operator, record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.text import counted
from saywhy.wave_plan import LARGEST_SEED, MOST_DAYS, MOST_WAVES

if TYPE_CHECKING:
    from pipelines.ingest.customer_list import CustomerList

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", help="Plans of survey waves, and what came of them."
)

#: Rejected rows of a list that are printed.
SHOWN_REJECTIONS = 5

COLUMNS = 'Columns; "" for no column'

Plan = Annotated[str, typer.Argument(metavar="PLAN", help="The name of a plan.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def _column(name: str, help: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        f"--{name}-column", metavar="COLUMN", help=help, show_default=False, rich_help_panel=COLUMNS
    )
    return option


@app.command("create")
def create(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The customers: CSV, TSV, XLSX, JSON, JSONL."),
    ],
    name: Annotated[str, typer.Option(help="What the plan is called, e.g. 2027.")],
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day of the first of quarterly waves, named 2027-Q1 and so on."),
    ] = None,
    waves: Annotated[
        int | None, typer.Option(min=1, max=MOST_WAVES, help="How many quarterly waves; by default four.")
    ] = None,
    wave: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=DATE", help="A wave and the day on which it is sent, instead of --start. Repeatable."
        ),
    ] = None,
    stratify_by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help='Repeatable: strata are the combinations of values; "" for none. By default industry and segment.',
            show_default=False,
        ),
    ] = None,
    min_days: Annotated[int, typer.Option(min=0, max=MOST_DAYS, help="Days between two surveys of a customer.")] = 90,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Ask so many customers in all waves together; by default all.")
    ] = None,
    at_least_one: Annotated[
        bool, typer.Option("--at-least-one", help="Draw at least one customer of each stratum.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=LARGEST_SEED, help="The same seed and list give the same plan; by default random, and kept."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the plan of this name, but for waves that were sent already.")
    ] = False,
    id_column: Annotated[str | None, _column("id", "The id of the customer.")] = None,
    name_column: Annotated[str | None, _column("name", "The name.")] = None,
    email_column: Annotated[str | None, _column("email", "The e-mail address.")] = None,
    opted_out_column: Annotated[
        str | None, _column("opted-out", "Whether the customer opted out: anything but a blank or a no.")
    ] = None,
    asked_column: Annotated[str | None, _column("asked", "The last day on which the customer was asked.")] = None,
    day_first: Annotated[
        bool | None,
        typer.Option(
            "--day-first/--month-first", help="Whether 03/04/2026 is the 3rd of April.", rich_help_panel=COLUMNS
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook; by default the first.")] = None,
) -> None:
    """Plan whom to ask in which wave: every customer of a list, or a stratified sample of them.

    Left out is who opted out, has no address, or was asked too recently, by another plan, an answer, or the list.
    """
    from cli.plan_tables import print_overview
    from pipelines.ingest.customer_list import ListColumns, read_customer_list
    from pipelines.planning.quarters import parse_wave, waves_of
    from service.wave_plans import PlanOptions, create_plan
    from service.workspaces import create as create_workspace

    settings = read_settings()
    planned_waves = waves_of(start.date() if start else None, waves, [parse_wave(text) for text in wave or ()])
    dimensions = None if stratify_by is None else tuple(filter(None, stratify_by))
    columns = ListColumns(id_column, name_column, email_column, opted_out_column, asked_column, dimensions, day_first)
    customers = read_customer_list(file, columns, sheet=sheet)
    _print_reading(customers)
    options = PlanOptions(planned_waves, customers.dimensions, min_days, sample, at_least_one, seed)
    engine = configured_store(settings)
    create_workspace(engine, settings.workspace)
    overview = create_plan(
        engine,
        settings.workspace,
        name,
        options,
        customers.customers,
        created_by=operator(settings).name,
        replaces=replace,
    )
    record(engine, settings, "plan create", name)
    print_overview(overview)


@app.command("list")
def list_all() -> None:
    """List the plans, that with the latest first wave first."""
    from service.wave_plans import list_plans

    settings = read_settings()
    for plan in list_plans(configured_store(settings), settings.workspace):
        first, last = plan.design.waves[0], plan.design.waves[-1]
        waves = f"{counted(len(plan.design.waves), 'wave')} from {first.send_on} to {last.send_on}"
        typer.echo(printable_line(f"{plan.name}  {waves}, by {plan.created_by} on {plan.created_at:%Y-%m-%d}"))


@app.command("show")
def show(plan: Plan) -> None:
    """Show a plan in numbers: customers asked in each wave by stratum, and left out by reason."""
    from cli.plan_tables import print_overview
    from service.wave_plans import read_plan

    settings = read_settings()
    print_overview(read_plan(configured_store(settings), settings.workspace, plan))


@app.command("export")
def export(
    plan: Plan,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A file that ends in .csv or .xlsx; by default CSV to stdout.")
    ] = None,
    wave: Annotated[str | None, typer.Option(help="Only this wave.")] = None,
    left_out: Annotated[
        bool, typer.Option("--left-out", help="Those who are not asked, with the reason, instead.")
    ] = False,
    with_personal_data: Annotated[
        bool, typer.Option("--with-personal-data", help="Names and e-mail addresses, too.")
    ] = False,
) -> None:
    """Export who is asked in which wave, for the survey tool: id, name, address, segments, wave, day."""
    from pipelines.render import wave_plan
    from service.wave_plans import export_plan

    ending = out.suffix.lower() if out else ".csv"
    if ending not in (".csv", ".xlsx"):
        raise typer.BadParameter("a plan is exported as .csv or .xlsx", param_hint="--out")
    settings = read_settings()
    engine = configured_store(settings)
    stored_plan, customers = export_plan(
        engine, settings.workspace, plan, wave=wave, left_out=left_out, with_personal_data=with_personal_data
    )
    render = wave_plan.to_csv if ending == ".csv" else wave_plan.to_workbook
    content = render(stored_plan, customers, with_personal_data=with_personal_data, left_out=left_out)
    if out:
        out.write_bytes(content)
        typer.echo(printable_line(f"{counted(len(customers), 'customer')} written to {out}"), err=True)
    else:
        sys.stdout.buffer.write(content)
    if not with_personal_data and not left_out:
        typer.echo("without names and addresses; --with-personal-data adds them", err=True)


@app.command("response-rate")
def response_rate(plan: Plan) -> None:
    """Show what came of each wave: who answered, how they differ from the list, the NPS with and without weights."""
    from cli.plan_tables import print_responses
    from service.wave_plans import measure_responses

    settings = read_settings()
    stored_plan, waves = measure_responses(configured_store(settings), settings.workspace, plan)
    print_responses(stored_plan, waves)


@app.command("delete")
def delete(plan: Plan, yes: Yes = False) -> None:
    """Delete a plan with its customers. Later plans may then ask them again at once."""
    from service.wave_plans import delete_plan

    settings = read_settings()
    engine = configured_store(settings)
    if not yes:
        typer.confirm(printable_line(f"Delete the plan {plan} for good?"), abort=True)
    delete_plan(engine, settings.workspace, plan)
    record(engine, settings, "plan delete", plan)
    typer.echo(printable_line(f"{plan} is deleted."))


def _print_reading(customers: CustomerList) -> None:
    """How the list was read, on stderr."""
    roles = ", ".join(f"{role.replace('_', ' ')}: {column}" for role, column in customers.roles.items())
    strata = ", ".join(customers.dimensions) or "none"
    typer.echo(
        printable_line(f"read {counted(len(customers.customers), 'customer')} ({roles}; strata: {strata})"), err=True
    )
    for note in customers.notes:
        typer.echo(printable_line(f"note: {note}"), err=True)
    for rejection in customers.rejections[:SHOWN_REJECTIONS]:
        typer.echo(printable_line(f"line {rejection.line} is not in the plan: {rejection.reason}"), err=True)
    if (more := len(customers.rejections) - SHOWN_REJECTIONS) > 0:
        typer.echo(f"and {counted(more, 'more row')}", err=True)
