"""The list of customers: in every band, with hostile names, empty."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from api.web.pages.customers.accounts import BANDS, customers
from api.web.rendering import Web
from saywhy.customer import AccountHealth, CustomerAlert, HealthBand, HealthParts
from service.customer_health import AccountPage
from tests.builders.extreme_reports import HOSTILE_TEXT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

PARTS = HealthParts(0.3, None, 1.0, 0.0, 0.5)
AT_RISK = AccountHealth(
    "Acme", False, 31.4, HealthBand.AT_RISK, PARTS, 3.0, -1.5, ("topic:late",), 2, 1, 3, 2, NOW, 3, 1,
    Decimal(90_000), Decimal(400_000),
)  # fmt: skip
UNKNOWN = AccountHealth(
    HOSTILE_TEXT, True, None, None, HealthParts(None, None, None, None, None), None, None, (), 0, 0, 1, 1, None, None,
    None, None, None,
)  # fmt: skip
ALERTS = [
    CustomerAlert("Acme", False, HealthBand.HEALTHY, HealthBand.AT_RISK, 31.4, NOW),
    CustomerAlert(HOSTILE_TEXT, True, HealthBand.WATCH, HealthBand.HEALTHY, 80.0, NOW),
]


def samples(web: Web) -> list[object]:
    """With accounts, and without any."""
    listed = customers(AccountPage((AT_RISK, UNKNOWN), "next"), ALERTS, "all", "x", web)
    return [listed, *(customers(AccountPage((), None), [], shown, "", web) for shown in BANDS)]
