"""The contexts of the list of cases and of a case."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.customers import CustomerName
from api.web.downloads import FileLink
from api.web.facts import Fact
from api.web.selects import Select
from api.web.shell import Choice, Link


@dataclass(frozen=True, slots=True)
class Clock:
    """How long there is left, in words. `at` is the time that it is about; `kind` is one of late, soon, calm, done."""

    text: str
    at: str
    moment: str
    kind: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the list. `comment` is None if nothing was written; `may_take`: a button makes it one's own."""

    version: str
    href: str
    group: str
    score: str
    task: str
    customer: CustomerName
    revenue: str
    comment: str | None
    owner: str | None
    state: str
    outcome: str | None
    clock: Clock
    may_take: bool


@dataclass(frozen=True, slots=True)
class FollowUps:
    """The list of cases. `here` is its address, `whose` what the filters keep; `more` leads to the cases after these.

    `nothing` says why there is none.
    """

    path: str
    here: str
    tabs: tuple[Link, ...]
    whose: str
    filters: tuple[Select, ...]
    summary: str
    rows: tuple[CaseRow, ...]
    files: tuple[FileLink, ...]
    nothing: str
    more: str | None
    first: str | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A change of a case: what of it, by whom, when, and a note."""

    at: str
    moment: str
    author: str
    changes: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A state that may follow, as a button."""

    value: str
    label: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case. `here` is its address, `path` where changes are sent, `back` the list.

    `outcomes` is empty while nobody was contacted.
    """

    here: str
    path: str
    back: str
    version: str
    title: str
    group: str
    score: str
    task: str
    advice: str
    customer: CustomerName
    clock: Clock
    comment: str | None
    causes: tuple[Link, ...]
    facts: tuple[Fact, ...]
    history: tuple[HistoryEntry, ...]
    owner: str
    me: str | None
    may_edit: bool
    steps: tuple[Step, ...]
    outcomes: tuple[Choice, ...]
