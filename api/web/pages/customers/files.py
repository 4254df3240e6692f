"""The list of customers as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from api.web.pages.customers.accounts import called
from api.web.rendering import Web
from pipelines.render.tables import Column, Kind, Table
from saywhy.customer import AccountHealth, HealthBand


def account_table(accounts: Iterable[AccountHealth], web: Web) -> Table:
    """All accounts, the worst first. The name of a person is not for everybody."""
    wording = web.wording
    bands = {band.value: wording[f"customers.band_{band}"] for band in HealthBand}
    columns: tuple[Column[AccountHealth], ...] = (
        Column("account", wording["customers.account"], Kind.TEXT, lambda account: called(account, web)[0]),
        Column("health", wording["tables.health"], Kind.NUMBER, lambda account: account.health),
        Column("band", wording["tables.band"], Kind.TEXT, lambda account: account.band, bands),
        Column("score", wording["tables.mean_score"], Kind.NUMBER, lambda account: account.score),
        Column("trend", wording["customer.trend"], Kind.NUMBER, lambda account: account.trend),
        Column("open_causes", wording["customers.open_causes"], Kind.COUNT, lambda account: len(account.open_causes)),
        Column("open_cases", wording["customers.open_cases"], Kind.COUNT, lambda account: account.open_cases),
        Column("overdue_cases", wording["tables.overdue_cases"], Kind.COUNT, lambda account: account.overdue_cases),
        Column("answers", wording["customer.answers"], Kind.COUNT, lambda account: account.answers),
        Column("people", wording["customer.people"], Kind.COUNT, lambda account: account.people),
        Column("last_answer", wording["customers.last_answer"], Kind.MOMENT, lambda account: account.last_answer),
        Column("revenue", wording["customers.revenue"], Kind.NUMBER, _amount(lambda account: account.revenue)),
        Column(
            "lifetime_value",
            wording["customer.lifetime_value"],
            Kind.NUMBER,
            _amount(lambda account: account.lifetime_value),
        ),
    )
    return Table.of(wording["customers.title"], columns, accounts)


def _amount(value: Callable[[AccountHealth], Decimal | None]) -> Callable[[AccountHealth], float | None]:
    return lambda account: None if (amount := value(account)) is None else float(amount)
