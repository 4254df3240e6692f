"""How people handle a cause: how far they have come, who owns it, its ticket, and until when it is set aside."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from saywhy.errors import InvalidInput


class Progress(StrEnum):
    """How far people have come with a cause. From when on it is fixed, and whether that shows, a `Fix` says."""

    NEW = "new"
    REVIEWED = "reviewed"
    BEING_FIXED = "being_fixed"


class HandlingField(StrEnum):
    """What people can set of a cause."""

    PROGRESS = "progress"
    OWNER = "owner"
    TICKET = "ticket"
    ASIDE = "aside"
    EFFORT = "effort"  # kept in `store.efforts`; here is its history
    FIX = "fix"  # kept in `store.fixes`; here is its history


#: Longest texts of fields, in characters.
LONGEST_LINES = {HandlingField.OWNER: 120, HandlingField.TICKET: 500}


@dataclass(frozen=True, slots=True)
class Aside:
    """A cause is set aside until it costs so many NPS points more, until so many more customers name it, or until a
    day, whichever comes first. `points_then` and `customers_then` are those of when it was set aside.

    Raises `InvalidInput` unless there is a condition, and for points and customers that are not above 0.
    """

    points: float | None = None
    customers: int | None = None
    date: datetime.date | None = None
    points_then: float = 0.0
    customers_then: int = 0

    def __post_init__(self) -> None:
        if self.points is None and self.customers is None and self.date is None:
            raise InvalidInput("say until when the cause is set aside: points, customers or a date")
        if self.points is not None and not 0 < self.points <= 200:
            raise InvalidInput("a cause is set aside until it costs more than 0, and at most 200, points more")
        if self.customers is not None and not 0 < self.customers < 10**9:
            raise InvalidInput("a cause is set aside until at least 1 customer more names it")

    def is_over(self, points: float | None, customers: int | None, today: datetime.date) -> bool:
        """Whether one of the conditions holds, by what is known of the cause today."""
        return (
            (self.date is not None and today >= self.date)
            or (self.points is not None and points is not None and points >= self.points_then + self.points)
            or (
                self.customers is not None
                and customers is not None
                and customers >= self.customers_then + self.customers
            )
        )

    def as_json(self) -> dict[str, Any]:
        """Its fields as JSON, which `of_json` reads."""
        return {**asdict(self), "date": self.date.isoformat() if self.date else None}

    @classmethod
    def of_json(cls, value: dict[str, Any]) -> Aside:
        date = value["date"]
        return cls(**{**value, "date": datetime.date.fromisoformat(date) if date else None})


@dataclass(frozen=True, slots=True)
class Handling:
    """How people handle a cause at present."""

    progress: Progress = Progress.NEW
    owner: str | None = None
    ticket: str | None = None  # an address or a number
    aside: Aside | None = None


@dataclass(frozen=True, slots=True)
class HandlingChange:
    """Somebody set a field of a cause: from the value `before` to `value`, a text or a JSON object; None for none.

    `undoes` is the id of the change that this one takes back. Changes are never changed.
    """

    id: int
    cause: str  # its key, `kind:id`
    field: HandlingField
    before: Any
    value: Any
    author: str
    at: datetime.datetime
    undoes: int | None = None
