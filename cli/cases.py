"""`saywhy cases`: follow-ups of single responses, and what came of them."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.case import CaseState, Outcome
from saywhy.feedback import Customer, Group
from saywhy.text import counted

if TYPE_CHECKING:
    from saywhy.case import Case

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Follow-ups, and what came of them.")

CaseNumber = Annotated[int, typer.Argument(metavar="CASE", min=1, help="The number of a case.")]
WithPersonalData = Annotated[
    bool, typer.Option("--with-personal-data", help="Show names and addresses, and comments as they were written.")
]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Since this day (UTC); by default all.")]


@app.command("list")
def list_all(
    state: Annotated[list[CaseState] | None, typer.Option(help="Repeatable. By default open and contacted.")] = None,
    group: Annotated[Group | None, typer.Option(help="Only of this group.")] = None,
    owner: Annotated[str | None, typer.Option(help='Only of this owner; "" for nobody\'s.')] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that nobody has contacted in time.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="As many at most.")] = 50,
    with_personal_data: WithPersonalData = False,
) -> None:
    """List the cases: detractors first, then passives, then promoters; in each group those that are due first."""
    from saywhy.store.cases import CaseFilter
    from service.cases import list_cases

    settings, now = read_settings(), datetime.now(UTC)
    states = state or [CaseState.OPEN, CaseState.CONTACTED]
    wanted = CaseFilter(states=states, group=group, owner=owner, overdue_at=now if overdue else None)
    page = list_cases(configured_store(settings), settings.workspace, wanted, limit=limit)
    for case in page.cases:
        typer.echo(printable_line(_line(case, now, with_personal_data)))
    if page.next:
        typer.echo("… and more; --limit shows them", err=True)
    if not page.cases:
        typer.echo("no such case; `saywhy cases open` opens those of responses that were imported earlier", err=True)


@app.command("show")
def show(case: CaseNumber, with_personal_data: WithPersonalData = False) -> None:
    """Show a case with its comment, its causes and its history."""
    from service.cases import read_case

    settings = read_settings()
    details = read_case(configured_store(settings), settings.workspace, case, with_personal_data=with_personal_data)
    typer.echo(printable_line(_line(details.case, datetime.now(UTC), with_personal_data)))
    typer.echo(printable_line(f"  response {details.case.response} of {details.case.source}"))
    if details.comment:
        typer.echo(printable_line(f"  “{details.comment}”"))
    if details.causes:
        typer.echo(printable_line(f"  names: {'; '.join(details.causes.values())}"))
    for event in details.history:
        changes = ", ".join(f"{name}: {value or 'nobody'}" for name, value in event.changes.items())
        note = f"“{event.note}”" if event.note else ""
        said = "; ".join(filter(None, (changes, note)))
        typer.echo(printable_line(f"  {event.at:%Y-%m-%d %H:%M} {event.author}: {said}"))


@app.command("change")
def change(
    case: CaseNumber,
    state: Annotated[CaseState | None, typer.Option(help="open → contacted → resolved or closed.")] = None,
    owner: Annotated[str | None, typer.Option(help='Who follows up; "" for nobody.')] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="What became of it.")] = None,
    note: Annotated[str | None, typer.Option(help="What happened.")] = None,
    author: Annotated[str | None, typer.Option(help="Who changes it; by default your login name.")] = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="Refuse the change unless the case still has this version.")
    ] = None,
) -> None:
    """Change the state, the owner or the outcome of a case, or add a note. Each change is kept in its history."""
    from saywhy.case import CaseChange
    from service.cases import change_case

    settings = read_settings()
    details = change_case(
        configured_store(settings),
        settings.workspace,
        case,
        CaseChange(state, owner, outcome, note),
        author=author or getpass.getuser(),
        version=version,
    )
    typer.echo(printable_line(_line(details.case, datetime.now(UTC), False)))


@app.command("open")
def open_earlier(since: Since = None) -> None:
    """Open the cases of responses that are stored already, e.g. that were too old when they were imported."""
    from service.cases import open_earlier

    settings = read_settings()
    moment = since and since.replace(tzinfo=UTC)
    opened = open_earlier(configured_store(settings), settings.workspace, moment)
    typer.echo(f"{counted(opened, 'case')} opened.")


def _line(case: Case, now: datetime, with_personal_data: bool) -> str:
    """A case in one line."""
    customer = case.customer or Customer()
    names = [customer.account, customer.id]
    if with_personal_data:
        names += [customer.name, customer.email]
    score = f"{case.group} {case.score.value}" if case.score and case.score.scale == "0-10" else case.group.value
    due = "OVERDUE since" if case.is_overdue(now) else "due"
    facts = [
        f"case {case.id}",
        case.state.value + (f" ({case.outcome})" if case.outcome else ""),
        score,
        f"{due} {case.due_at:%Y-%m-%d %H:%M} UTC" if case.state is CaseState.OPEN else None,
        f"owner {case.owner}" if case.owner else "owner nobody",
        ", ".join(filter(None, names)) or "customer not shown",
        f"version {case.version}",
    ]
    return " · ".join(filter(None, facts))
