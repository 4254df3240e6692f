"""`saywhy customers`: all that a customer said, how accounts are, and which turned."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.cases import WithPersonalData
from cli.configuration import configured_store, read_settings, serving_code_frame
from cli.printing import printable_line
from saywhy.customer import HealthBand
from saywhy.text import counted

if TYPE_CHECKING:
    from saywhy.customer import AccountHealth

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Customers: their answers and their health.")

Limit = Annotated[int, typer.Option(min=1, max=500, help="As many at most.")]


@app.command("list")
def list_all(
    band: Annotated[list[HealthBand] | None, typer.Option(help="Only accounts in this band. Repeatable.")] = None,
    limit: Limit = 50,
    with_personal_data: WithPersonalData = False,
) -> None:
    """List how accounts are: the worst first; of equal ones, that with the most revenue."""
    _print_accounts(band, limit, with_personal_data)


@app.command("watch")
def watch(limit: Limit = 50, with_personal_data: WithPersonalData = False) -> None:
    """Print the accounts that turned since health was last recorded, record it, and list those to be watched."""
    from service.customer_health import check_health

    settings = read_settings()
    engine = configured_store(settings)
    for alert in check_health(engine, settings.workspace, with_personal_data=with_personal_data):
        direction = "worse" if alert.is_worse else "better"
        turned = f"{_words(alert.before)} → {_words(alert.after)}"
        typer.echo(printable_line(f"ALERT {alert.account} turned {direction}: {turned}, health {alert.health:.0f}"))
    _print_accounts([HealthBand.WATCH, HealthBand.AT_RISK], limit, with_personal_data)


@app.command("show")
def show(
    customer: Annotated[str, typer.Argument(help="An account, a customer's id or an e-mail address.")],
    with_personal_data: WithPersonalData = False,
) -> None:
    """Show a customer: every answer, the scores in time, causes, cases and health."""
    from service.customer_health import read_customer

    settings = read_settings()
    details = read_customer(
        configured_store(settings),
        settings.workspace,
        customer,
        code_frame=serving_code_frame(settings),
        with_personal_data=with_personal_data,
    )
    lines = [details.name]
    for each in details.customers:
        revenue = None if each.revenue is None else f"revenue {each.revenue:,.0f}"
        known = filter(None, (each.account, each.id, each.name, each.email, revenue))
        lines.append(f"  {', '.join(known) or 'customer not shown'}")
    for health in details.health:
        lines += [_summary(health), f"  parts: {_parts(health)}"]
    lines.append("Scores: " + (" → ".join(f"{point.score}" for point in details.scores) or "none"))
    for cause in details.causes:
        state = "open" if cause.is_open else "no longer open"
        lines.append(f"  complains of {cause.label} [{cause.id}], {counted(cause.answers, 'answer')}, {state}")
    for case in details.cases:
        outcome = f", {_words(case.outcome)}" if case.outcome else ""
        lines.append(f"  case {case.id}: {case.state}{outcome}, {case.group}, owner {case.owner or 'nobody'}")
    for new in details.new_accounts:
        lines.append(f"  brought {new.account} ({_words(new.origin)})")
    lines.append("Answers")
    for answer in details.answers:
        when = f"{answer.answered_at:%Y-%m-%d}" if answer.answered_at else "no date"
        score = "no score" if answer.score is None else f"{answer.score} ({answer.scale})"
        said = filter(None, (when, answer.wave, score, answer.comment and f"“{answer.comment}”"))
        lines.append(f"  {' · '.join(said)}")
    for line in lines:
        typer.echo(printable_line(line))


def _print_accounts(bands: list[HealthBand] | None, limit: int, with_personal_data: bool) -> None:
    from service.customer_health import list_customers

    settings = read_settings()
    page = list_customers(
        configured_store(settings),
        settings.workspace,
        bands=bands or None,
        limit=limit,
        with_personal_data=with_personal_data,
    )
    for health in page.accounts:
        typer.echo(printable_line(_summary(health)))
    if page.next:
        typer.echo("… and more; --limit shows them", err=True)
    if not page.accounts:
        typer.echo("no such account", err=True)


def _summary(health: AccountHealth) -> str:
    """How an account is, in one line."""
    facts = [
        f"{health.account}: "
        + (
            "no score" if health.health is None or health.band is None else f"{health.health:.0f} {_words(health.band)}"
        ),
        None if health.score is None else f"score {health.score:.1f}",
        None if health.trend is None else f"trend {health.trend:+.1f}",
        counted(len(health.open_causes), "open cause"),
        f"{counted(health.open_cases, 'open case')} ({health.overdue_cases} overdue)",
        None if health.days_silent is None else f"{counted(health.days_silent, 'day')} silent",
        None if not health.waves_missed else f"{counted(health.waves_missed, 'wave')} missed",
        None if health.revenue is None else f"revenue {health.revenue:,.0f}",
    ]
    return " · ".join(filter(None, facts))


def _parts(health: AccountHealth) -> str:
    return ", ".join(
        f"{name} {'not known' if value is None else f'{value:.2f}'}" for name, value in asdict(health.parts).items()
    )


def _words(value: str) -> str:
    return value.replace("_", " ")
