"""Fixes: causes that a person marked as fixed, and what the feedback since then says of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from saywhy.errors import InvalidInput
from saywhy.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Fix:
    """A cause is fixed from a wave on, or from a date on; feedback from earlier is before the fix, the rest after it.

    `target` is the share of those who write a comment that may still complain of it; None: half of the share before.
    `release` is the one with which it was fixed, for people. Raises `InvalidInput` unless there is exactly one of wave
    and date, and for a target outside 0 … 1.
    """

    cause: str  # its key, `kind:id`
    wave: str | None = None
    date: datetime.date | None = None
    target: float | None = None
    release: str | None = None

    def __post_init__(self) -> None:
        if (self.wave is None) == (self.date is None):
            raise InvalidInput("a cause is fixed either from a wave on or from a date on: give one of the two")
        if self.target is not None and not 0 < self.target < 1:
            raise InvalidInput(f"the target rate {self.target} is not between 0 and 1; 0.05 means 5 %")

    @property
    def start(self) -> str:
        """The wave or the date (ISO 8601), in words for messages."""
        return f"wave {self.wave!r}" if self.date is None else self.date.isoformat()

    def as_json(self) -> dict[str, Any]:
        """Its fields as JSON, but the cause, for its history; `of_json` reads it."""
        date = self.date.isoformat() if self.date else None
        return {"wave": self.wave, "date": date, "target": self.target, "release": self.release}

    @classmethod
    def of_json(cls, cause: str, value: dict[str, Any]) -> Fix:
        """The fix of a cause that `as_json` has written."""
        date = datetime.date.fromisoformat(value["date"]) if value["date"] else None
        return cls(cause, value["wave"], date, value["target"], value["release"])


class FixState(StrEnum):
    """What the feedback after a fix says."""

    VERIFIED = "verified"  # the rate is below the target, with a probability of at least 95 %
    REGRESSED = "regressed"  # it is above the target, with a probability of at least 95 %
    WATCHING = "watching"  # neither can be said yet


@dataclass(frozen=True, slots=True)
class MentionRate:
    """How many responses with a comment, before or after a fix, complain of its cause."""

    mentions: int
    responses: int
    rate: Estimate | None  # 0 … 1; None without responses


@dataclass(frozen=True, slots=True)
class FixOutcome:
    """A fix against the feedback before and after it. `recovered` is an association, like every impact."""

    cause: str  # its key, `kind:id`
    label: str
    wave: str | None  # from which on it is fixed, or …
    date: str | None  # … the day, ISO 8601
    state: FixState
    target: float | None  # rate, 0 … 1; None if none is given and nobody named the cause before
    above_target: float | None  # the probability that the rate after the fix is above the target
    needed: int | None  # further responses with a comment that would decide at the present rate; None: no number would
    before: MentionRate
    after: MentionRate
    unknown: int  # responses with a comment whose wave or date is not known: they are neither before nor after
    recovered: (
        Estimate | None
    )  # NPS points that it cost before, less those that it costs after; None from few responses
    labels: dict[str, str] = field(default_factory=dict)  # of a topic, by language of the reader
