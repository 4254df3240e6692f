"""Builds the list of customers, and the health that a customer's page shows too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from api.web.customers import customer_path
from api.web.downloads import table_links
from api.web.pages.customers.context import AccountRow, Customers, Health, Turn
from api.web.rendering import Web
from api.web.shell import Link
from pipelines.render.geometry import percent
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.customer import AccountHealth, CustomerAlert, HealthBand
from service.customer_health import AccountPage

PATH = "/customers"

#: Which accounts are listed.
Shown = Literal["all", "watch_list", "at_risk", "healthy"]

BANDS: dict[Shown, tuple[HealthBand, ...] | None] = {
    "all": None,
    "watch_list": (HealthBand.AT_RISK, HealthBand.WATCH),
    "at_risk": (HealthBand.AT_RISK,),
    "healthy": (HealthBand.HEALTHY,),
}


def customers(page: AccountPage, alerts: Sequence[CustomerAlert], shown: Shown, cursor: str, web: Web) -> Customers:
    """The accounts, the worst first, and those that turned."""
    wording, choices = web.wording, get_args(Shown)
    chosen = shown if shown != "all" else None
    return Customers(
        path=web.href(PATH),
        tabs=tuple(
            Link(wording[f"customers.tab_{each}"], web.href(PATH, shown=None if each == "all" else each), each == shown)
            for each in choices
        ),
        rows=tuple(_row(account, web) for account in page.accounts),
        turns=tuple(_turn(alert, web) for alert in alerts),
        files=table_links(web, PATH, {"shown": chosen}, wording["customers.accounts"]),
        nothing=wording["customers.nothing" if shown == "all" else "customers.nothing_matches"],
        more=web.href(PATH, shown=chosen, cursor=page.next) if page.next else None,
        first=web.href(PATH, shown=chosen) if cursor else None,
    )


def health_of(account: AccountHealth, wording: Wording) -> Health:
    """The health as a number and a bar."""
    if account.health is None or account.band is None:
        return Health("–", "0%", "unknown", wording["customers.band_unknown"])
    return Health(
        wording.count(round(account.health)),
        percent(account.health / 100),
        account.band.value,
        wording[f"customers.band_{account.band}"],
    )


def _row(account: AccountHealth, web: Web) -> AccountRow:
    wording = web.wording
    name, href = called(account, web)
    return AccountRow(
        name=name,
        href=href,
        health=health_of(account, wording),
        score=wording.points(account.score) if account.score is not None else "–",
        causes=wording.count(len(account.open_causes)),
        cases=wording.count(account.open_cases),
        overdue=overdue_text(account, wording),
        last_answer=wording.day(account.last_answer.date().isoformat() if account.last_answer else None),
        revenue=wording.amount(float(account.revenue)) if account.revenue is not None else "–",
    )


def overdue_text(account: AccountHealth, wording: Wording) -> str | None:
    """How many cases are overdue; None if none is."""
    if not account.overdue_cases:
        return None
    return wording("customers.overdue", n=wording.count(account.overdue_cases))


def _turn(alert: CustomerAlert, web: Web) -> Turn:
    wording = web.wording
    name, href = called(alert, web)
    bands = {
        when: wording[f"customers.band_{band}"] for when, band in (("before", alert.before), ("after", alert.after))
    }
    return Turn(
        name=name,
        href=href,
        text=wording("customers.turned", **bands),
        is_worse=alert.is_worse,
        at=alert.at.isoformat(timespec="seconds"),
        day=wording.day(alert.at.date().isoformat()),
    )


def called(account: AccountHealth | CustomerAlert, web: Web) -> tuple[str, str | None]:
    """The name of an account and its page; the name of a person is not for everybody."""
    if account.is_personal and not web.may(Scope.PII):
        return web.wording["follow_ups.somebody"], None
    return account.account, web.href(customer_path(account.account))
