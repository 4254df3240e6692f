"""A customer of whom much is known, one of whom nothing is, with hostile texts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from api.web.pages.customers.customer import customer_view
from api.web.rendering import Web
from saywhy.case import AccountOrigin, NewAccount
from saywhy.feedback import Customer
from service.customer_health import CustomerCause, CustomerDetails, ScorePoint
from service.exports import ExportedResponse
from tests.api.web.samples.customers import AT_RISK, NOW, UNKNOWN
from tests.api.web.samples.follow_ups import CASES
from tests.builders.extreme_reports import HOSTILE_TEXT

ANSWER = ExportedResponse("R-1", 2, "0-10", HOSTILE_TEXT, "2026-Q1", NOW, "en", {}, None, (), ())
ANSWERS = (
    ANSWER,
    replace(ANSWER, score=None, scale=None, comment=None, wave=None, answered_at=None, language=None),
    replace(ANSWER, score=4, scale="1-5"),
    *[replace(ANSWER, id=f"R-{number}", score=9) for number in range(60)],
)


def samples(web: Web) -> list[object]:
    """Everything, and nothing but a name."""
    full = CustomerDetails(
        HOSTILE_TEXT,
        (Customer("c-1", "Jo", "jo@x.example", HOSTILE_TEXT), Customer("c-2")),
        (AT_RISK, UNKNOWN),
        (ScorePoint(NOW, "2026-Q1", 9), ScorePoint(None, None, 0)),
        (CustomerCause("topic:late", HOSTILE_TEXT, 2, True), CustomerCause("topic:price", "Price", 1, False)),
        CASES,
        (NewAccount(HOSTILE_TEXT[:60], AccountOrigin.REFERRAL, "c-1", NOW, 1, Decimal(7)),),
        ANSWERS,
    )
    return [customer_view(each, {}, web, NOW) for each in (full, CustomerDetails("c-9", (), (), (), (), (), (), ()))]
