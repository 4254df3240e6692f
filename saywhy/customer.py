"""Customers over time: their answers, and the health of an account with the parts that it is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from saywhy.case import CaseState
from saywhy.feedback import Customer, Score


def account_of(customer: Customer | None) -> str | None:
    """The name of a customer's account, else the customer's id, address or name; None if nothing is known."""
    if customer is None:
        return None
    return customer.account or customer.id or customer.email or customer.name


class Answer(NamedTuple):
    """One answer of a customer, as far as following up needs it. A tuple, as there are many.

    `account` is the name of the account, else the customer's id, address or name; it is personal data if it is one of
    the last two. `person` tells the people of an account apart, by id, address or name. `case_*` and `contacted_at` are
    those of its case, None without one.
    """

    response_id: int
    account: str
    is_personal: bool
    person: str
    score: Score | None
    answered_at: datetime | None
    wave: str | None
    revenue: Decimal | None
    lifetime_value: Decimal | None
    content_hash: str | None
    case_state: CaseState | None = None
    case_due_at: datetime | None = None
    contacted_at: datetime | None = None


class HealthBand(StrEnum):
    """How an account is, by its health."""

    HEALTHY = "healthy"
    WATCH = "watch"
    AT_RISK = "at_risk"


@dataclass(frozen=True, slots=True)
class HealthParts:
    """The parts of an account's health, each 0 … 1 (best); None: not known, and left out."""

    score: float | None
    trend: float | None
    causes: float | None
    cases: float | None
    silence: float | None


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """How an account is, and what that is computed from; docs/explanation/customer-health.md has the formula."""

    account: str
    is_personal: bool  # the account is called by the name or address of a person
    health: float | None  # 0 … 100; None if it never gave a score that gives an NPS
    band: HealthBand | None
    parts: HealthParts
    score: float | None  # 0 … 10, mean of the latest score of each of its people; None where only groups are known
    trend: float | None  # in score points, the mean change of those who answered more than once
    open_causes: tuple[str, ...]  # keys of the complaints in the latest answers that nobody resolved or fixed
    open_cases: int
    overdue_cases: int
    answers: int
    people: int
    last_answer: datetime | None
    days_silent: int | None  # since the last answer
    waves_missed: int | None  # waves since the last one that it answered; None without waves
    revenue: Decimal | None  # annual, the latest known
    lifetime_value: Decimal | None


@dataclass(frozen=True, slots=True)
class CustomerAlert:
    """An account turned from one band to another."""

    account: str
    is_personal: bool  # as in `AccountHealth`
    before: HealthBand
    after: HealthBand
    health: float
    at: datetime

    @property
    def is_worse(self) -> bool:
        order = list(HealthBand)
        return order.index(self.after) > order.index(self.before)
