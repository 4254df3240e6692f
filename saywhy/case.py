"""Cases: follow-ups of single responses, from the first contact to the outcome, and the accounts that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from saywhy.errors import IllegalTransition, InvalidInput
from saywhy.feedback import Customer, Group, Score

#: The groups in the order in which their cases come first.
PRIORITY = (Group.DETRACTOR, Group.PASSIVE, Group.PROMOTER)

#: Longest name of an owner or author, and longest note, in characters.
LONGEST_NAME, LONGEST_NOTE = 120, 4000


def check_text(name: str, text: str | None, longest: int) -> None:
    """Raise `InvalidInput` if a text is too long, or has what databases cannot store."""
    if len(text or "") > longest:
        raise InvalidInput(f"the {name} has more than {longest:,} characters")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text or ""):
        raise InvalidInput(f"the {name} has a character that cannot be stored")


class CaseState(StrEnum):
    """open → contacted → resolved or closed; what nobody needs to be contacted for is closed at once. The last two are
    final: another answer of the customer opens another case.
    """

    OPEN = "open"
    CONTACTED = "contacted"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def next(self) -> tuple[CaseState, ...]:
        """The states that may follow."""
        return _NEXT.get(self, ())

    @property
    def is_final(self) -> bool:
        return not self.next

    def to(self, state: CaseState) -> CaseState:
        """The new state. Raises `IllegalTransition` unless it may follow."""
        if state not in self.next:
            allowed = " or ".join(self.next) or "nothing: the state is final"
            raise IllegalTransition(f"a case that is {self} cannot become {state}; allowed is {allowed}")
        return state


_NEXT = {
    CaseState.OPEN: (CaseState.CONTACTED, CaseState.CLOSED),
    CaseState.CONTACTED: (CaseState.RESOLVED, CaseState.CLOSED),
}


class CaseOrder(StrEnum):
    """The order in which cases are listed."""

    PRIORITY = "priority"  # detractors, passives, promoters; in each group those that are due first
    URGENCY = "urgency"  # overdue, open, contacted, ended; each of these in order of priority


class Task(StrEnum):
    """What a case asks its owner to do."""

    RECOVER = "recover"  # a detractor: apologise, find out what happened, solve it
    IMPROVE = "improve"  # a passive: ask what is missing
    THANK = "thank"  # a promoter: thank, and ask for a referral or a case study


_TASKS = {Group.DETRACTOR: Task.RECOVER, Group.PASSIVE: Task.IMPROVE, Group.PROMOTER: Task.THANK}


class Outcome(StrEnum):
    """What became of a case."""

    RECOVERED = "recovered"
    REFERRAL = "referral"
    CASE_STUDY = "case_study"
    CHURNED = "churned"


@dataclass(frozen=True, slots=True)
class Case:
    """The follow-up of one response.

    `due_at` is the time until which the customer is to be contacted. `version` is incremented with every change, so
    that two people do not overwrite each other's. All times are in UTC.
    """

    id: int
    group: Group
    state: CaseState
    opened_at: datetime
    due_at: datetime
    version: int
    source: str  # of the response
    response: str  # its external id
    response_id: int  # its id in the store
    score: Score | None = None
    wave: str | None = None
    answered_at: datetime | None = None
    customer: Customer | None = None
    owner: str | None = None
    outcome: Outcome | None = None
    contacted_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def task(self) -> Task:
        return _TASKS[self.group]

    def is_overdue(self, now: datetime) -> bool:
        """Whether nobody has contacted the customer in time, and the case still waits for it."""
        return self.state is CaseState.OPEN and self.due_at < now


@dataclass(frozen=True, slots=True)
class CaseTally:
    """How many cases of a group are in a state, and are overdue as in `Case.is_overdue`, and were contacted in time."""

    group: Group
    state: CaseState
    is_overdue: bool
    is_contacted: bool
    is_in_time: bool
    cases: int


@dataclass(frozen=True, slots=True)
class OwnerTally:
    """How many cases of an owner (None: nobody's) have not ended, and how many of them are overdue."""

    owner: str | None
    cases: int
    overdue: int


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What somebody changes of a case; None leaves a value as it is, and an empty owner is nobody.

    Raises `InvalidInput` for a change of nothing, and for texts that are too long.
    """

    state: CaseState | None = None
    owner: str | None = None
    outcome: Outcome | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if self.state is None and self.owner is None and self.outcome is None and not (self.note or "").strip():
            raise InvalidInput("nothing to change: give a state, an owner, an outcome or a note")
        check_text("owner", self.owner, LONGEST_NAME)
        check_text("note", self.note, LONGEST_NOTE)


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One entry in the history of a case: who changed what to which value, and why."""

    at: datetime
    author: str
    changes: dict[str, str | None]
    note: str | None = None


class AccountOrigin(StrEnum):
    """How a customer brought a new account."""

    REFERRAL = "referral"
    FORMER_CUSTOMER = "former_customer"  # a former customer buys again, e.g. at another employer


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that a customer brought. Amounts as in `Customer`; `acquisition_cost` is what winning it cost (CAC).

    `brought_by` names the customer, `case` the follow-up that it came of. Raises `InvalidInput` for an empty name and
    for amounts below 0.
    """

    account: str
    origin: AccountOrigin
    brought_by: str
    won_at: datetime
    case: int | None = None
    revenue: Decimal | None = None
    acquisition_cost: Decimal | None = None
    lifetime_value: Decimal | None = None

    @classmethod
    def won(
        cls, account: str, origin: AccountOrigin, brought_by: str, *, won_on: date | None = None, **values: Any
    ) -> NewAccount:
        """A new account that was won on a day (UTC), by default now."""
        won_at = datetime.now(UTC) if won_on is None else datetime.combine(won_on, time(), UTC)
        return cls(account.strip(), origin, brought_by, won_at, **values)

    def __post_init__(self) -> None:
        if not self.account.strip():
            raise InvalidInput("a new account needs a name")
        check_text("name of the account", self.account, LONGEST_NAME)
        for name in ("revenue", "acquisition_cost", "lifetime_value"):
            amount: Decimal | None = getattr(self, name)
            if amount is not None and not (amount.is_finite() and 0 <= amount < 10**15):
                raise InvalidInput(f"{name.replace('_', ' ')} {amount} is not an amount from 0 to 10^15")
