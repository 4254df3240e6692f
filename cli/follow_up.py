"""`saywhy cases …`: the policy that opens cases, accounts that customers brought, and the board report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.cases import Since
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.case import AccountOrigin
from saywhy.feedback import Group

app = typer.Typer(rich_markup_mode="markdown")


class BoardFormat(StrEnum):
    """The formats of the board report."""

    TERMINAL = "terminal"
    JSON = "json"
    CSV = "csv"


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
        max_age=current.max_age if max_age is None else _hours("--max-age", 24 * max_age) or None,
        within=current.within if within is None else _hours("--within", within),
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
    add_new_account(configured_store(settings), settings.workspace, new, with_personal_data=True)
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


def _hours(option: str, hours: float) -> timedelta:
    try:
        return timedelta(hours=hours)
    except (OverflowError, ValueError):
        raise typer.BadParameter(f"{option}: {hours} is no duration") from None


def _amount(option: str, text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{option}: {text!r} is no amount; write e.g. 12000.50") from None


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
        span = f"{hours.opens:%H:%M} to {hours.closes:%H:%M} {hours.time_zone}"
        lines.append(f"business hours: {span}, {days}; holidays of {where}")
    return lines
