"""`saywhy cases`: follow-ups of single responses, and what came of them."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.case import AccountOrigin, CaseState, Outcome
from saywhy.feedback import Group
from saywhy.text import counted

if TYPE_CHECKING:
    from saywhy.case import Case

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Follow-ups, and what came of them.")

CaseNumber = Annotated[int, typer.Argument(metavar="CASE", min=1, help="The number of a case.")]
WithPersonalData = Annotated[
    bool, typer.Option("--with-personal-data", help="Show names and addresses, and comments as they were written.")
]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Since this day (UTC); by default all.")]


class BoardFormat(StrEnum):
    """The formats of the board report."""

    TERMINAL = "terminal"
    JSON = "json"
    CSV = "csv"


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
        typer.echo(printable_line(f"  names: {'; '.join(details.causes)}"))
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


@app.command("policy")
def policy(
    group: Annotated[list[Group] | None, typer.Option(help="Groups whose responses open a case. Repeatable.")] = None,
    max_age: Annotated[
        float | None, typer.Option(min=0, metavar="DAYS", help="Older responses open none; 0: whatever the age.")
    ] = None,
    within: Annotated[float | None, typer.Option(metavar="HOURS", help="A case is due after so many hours.")] = None,
    calendar: Annotated[bool, typer.Option("--calendar", help="All hours count, whatever the day.")] = False,
    time_zone: Annotated[str | None, typer.Option(help="Only business hours count: their time zone.")] = None,
    opens: Annotated[datetime | None, typer.Option(formats=["%H:%M"], help="Business hours begin; 09:00.")] = None,
    closes: Annotated[
        datetime | None, typer.Option(formats=["%H:%M"], help="They end; 17:00. 00:00 is the end of the day.")
    ] = None,
    day: Annotated[
        list[int] | None, typer.Option(min=0, max=6, help="A day of business, 0 is Monday. Repeatable.")
    ] = None,
    country: Annotated[str | None, typer.Option(help="Its public holidays are days off, e.g. DE.")] = None,
    subdivision: Annotated[str | None, typer.Option(help="A state or province with its own holidays, e.g. BY.")] = None,
) -> None:
    """Show which responses open a case and when it is due, or change what the options say.

    Cases that are open already stay as they are.
    """
    from dataclasses import replace

    from saywhy.follow_up import BusinessHours
    from service.cases import read_policy, save_policy
    from service.workspaces import create

    settings = read_settings()
    engine = configured_store(settings)
    create(engine, settings.workspace)
    current = read_policy(engine, settings.workspace)
    hours = current.business_hours
    given = {
        "time_zone": time_zone,
        "opens": opens and opens.time(),
        "closes": closes and closes.time(),
        "days": tuple(sorted(set(day))) if day else None,
        "country": country,
        "subdivision": subdivision,
    }
    values = {name: value for name, value in given.items() if value is not None}
    if values and hours is None and time_zone is None:
        raise typer.BadParameter("business hours need a --time-zone")
    if calendar and values:
        raise typer.BadParameter("give either --calendar or business hours")
    if values:
        hours = replace(hours, **values) if hours else BusinessHours(**values)  # type: ignore[arg-type]
    changed = replace(
        current,
        groups=tuple(dict.fromkeys(group)) if group else current.groups,
        max_age=current.max_age if max_age is None else timedelta(days=max_age) or None,
        within=current.within if within is None else timedelta(hours=within),
        business_hours=None if calendar else hours,
    )
    if changed != current:
        save_policy(engine, settings.workspace, changed)
    for line in _policy_lines(changed):
        typer.echo(printable_line(line))


@app.command("won")
def won(
    account: Annotated[str, typer.Argument(help="The name of the new account.")],
    brought_by: Annotated[str, typer.Option(help="The customer who brought it: account, id or e-mail address.")],
    origin: Annotated[AccountOrigin, typer.Option(help="How.")] = AccountOrigin.REFERRAL,
    case: Annotated[int | None, typer.Option(min=1, help="The case that it came of.")] = None,
    won_on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; by default today.")] = None,
    revenue: Annotated[str | None, typer.Option(help="Its annual revenue.")] = None,
    acquisition_cost: Annotated[str | None, typer.Option(help="What winning it cost (CAC).")] = None,
    lifetime_value: Annotated[str | None, typer.Option(help="The total revenue expected of it.")] = None,
) -> None:
    """Record a new account that a customer brought: by a referral, or as a former customer who buys again."""
    from saywhy.case import NewAccount
    from service.customer_health import add_new_account

    settings = read_settings()
    new = NewAccount.won(
        account,
        origin,
        brought_by,
        won_on=won_on.date() if won_on else None,
        case=case,
        revenue=_amount("--revenue", revenue),
        acquisition_cost=_amount("--acquisition-cost", acquisition_cost),
        lifetime_value=_amount("--lifetime-value", lifetime_value),
    )
    add_new_account(configured_store(settings), settings.workspace, new)
    typer.echo(printable_line(f"{new.account} is recorded as brought by {new.brought_by}."))


@app.command("forget")
def forget(account: Annotated[str, typer.Argument(help="The name of a new account.")]) -> None:
    """Remove a new account that was recorded by mistake."""
    from service.customer_health import remove_new_account

    settings = read_settings()
    remove_new_account(configured_store(settings), settings.workspace, account)
    typer.echo(printable_line(f"{account} is no longer recorded."))


@app.command("board")
def board(
    since: Since = None,
    format: Annotated[BoardFormat, typer.Option(help="How it is printed.")] = BoardFormat.TERMINAL,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Write to this file.")] = None,
) -> None:
    """The board report: points, cases by state and in time, recovered and new accounts, and whether it shows."""
    import json
    from dataclasses import asdict

    from cli.board import lines
    from pipelines.render.board import to_csv
    from service.boards import read_board

    settings = read_settings()
    report = read_board(configured_store(settings), settings.workspace, since=since and since.replace(tzinfo=UTC))
    content = {
        BoardFormat.TERMINAL: lambda: "".join(f"{printable_line(line)}\n" for line in lines(report)),
        BoardFormat.JSON: lambda: json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n",
        BoardFormat.CSV: lambda: to_csv(report),
    }[format]()
    if out is None:
        typer.echo(content, nl=False)
    else:
        out.write_text(content, encoding="utf-8", newline="")


def _amount(option: str, text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{option}: {text!r} is no amount; write e.g. 12000.50") from None


def _line(case: Case, now: datetime, with_personal_data: bool) -> str:
    """A case in one line."""
    customer = case.customer
    names = [customer and customer.account, customer and customer.id]
    if with_personal_data and customer:
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


def _policy_lines(policy: object) -> list[str]:
    from saywhy.follow_up import FollowUpPolicy

    assert isinstance(policy, FollowUpPolicy)
    hours = policy.business_hours
    age = (
        "whatever their age"
        if policy.max_age is None
        else f"not older than {policy.max_age / timedelta(days=1):g} days"
    )
    lines = [
        f"open a case: {', '.join(policy.groups) or 'no group'}, {age}",
        f"due within: {policy.within / timedelta(hours=1):g} {'business hours' if hours else 'hours'}",
    ]
    if hours:
        days = ", ".join(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day] for day in hours.days)
        where = "-".join(filter(None, (hours.country, hours.subdivision))) or "none"
        lines.append(
            f"business hours: {hours.opens:%H:%M} to {hours.closes:%H:%M} {hours.time_zone}, {days}; holidays of {where}"
        )
    return lines
