"""The contexts of the list of customers and of a customer."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.charts import Sparkline
from api.web.downloads import FileLink
from api.web.facts import Fact
from api.web.pages.follow_ups.context import CaseRow
from api.web.shell import Link


@dataclass(frozen=True, slots=True)
class Health:
    """The health of an account. `fill` is the width of its bar; `band` is one of `HealthBand`, or "unknown"."""

    value: str
    fill: str
    band: str
    band_label: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in the list; `href` is None for one whose name may not be known."""

    name: str
    href: str | None
    health: Health
    score: str
    causes: str
    cases: str
    overdue: str | None
    last_answer: str
    revenue: str


@dataclass(frozen=True, slots=True)
class Turn:
    """An account that turned from one band to another."""

    name: str
    href: str | None
    text: str
    is_worse: bool
    at: str
    day: str


@dataclass(frozen=True, slots=True)
class Customers:
    """The list of customers. `path` is that of the form that looks for one, `more` leads to those after these."""

    path: str
    tabs: tuple[Link, ...]
    rows: tuple[AccountRow, ...]
    turns: tuple[Turn, ...]
    files: tuple[FileLink, ...]
    nothing: str
    more: str | None
    first: str | None


@dataclass(frozen=True, slots=True)
class HealthPart:
    """A part of the health: how good it is, as a bar, or that it is not known."""

    label: str
    value: str
    fill: str | None


@dataclass(frozen=True, slots=True)
class AccountPanel:
    """The health of one account with its parts, and facts."""

    name: str
    health: Health
    parts: tuple[HealthPart, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class CauseLine:
    """A complaint of the customer."""

    cause: Link
    answers: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer. `group` is that of its score; empty if it has none that gives one."""

    score: str
    group: str
    comment: str | None
    language: str
    about: str
    causes: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class CustomerView:
    """All that is known of a customer; `course` has the scores in the order of time."""

    back: str
    name: str
    people: tuple[str, ...]
    accounts: tuple[AccountPanel, ...]
    course: Sparkline | None
    course_text: str
    causes: tuple[CauseLine, ...]
    cases: tuple[CaseRow, ...]
    new_accounts: tuple[Fact, ...]
    answers: tuple[AnswerLine, ...]
    left_out: str | None
