"""How pages call the customers of responses, and where their names lead."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from api.web.rendering import Web
from saywhy.access import Scope
from saywhy.feedback import Customer
from service.customer_health import shown


@dataclass(frozen=True, slots=True)
class CustomerName:
    """The account or the person, who of it answered, and the page of the customer, None if it may not be known."""

    name: str
    person: str | None
    href: str | None


def customer_name(customer: Customer | None, web: Web) -> CustomerName:
    """The name of a customer, as far as whoever asks may know it: names and addresses are personal data."""
    if customer is None:
        return CustomerName(web.wording["follow_ups.somebody"], None, None)
    known = shown(customer, web.may(Scope.PII))
    person = known.name or known.email or known.id
    name = known.account or person
    called = known.account or known.id or known.email
    return CustomerName(
        name or web.wording["follow_ups.somebody"],
        person if person != name else None,
        web.href(customer_path(called)) if called else None,
    )


def customer_path(name: str) -> str:
    """The page of an account, or of a customer by id or address. A slash in a name stays a part of it."""
    return f"/customers/{quote(name, safe='/', errors='replace')}"
