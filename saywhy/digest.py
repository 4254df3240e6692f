"""Digests: a saved view that is sent again and again, to Slack and by e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from saywhy.saved_view import SavedView


class DigestOutcome(StrEnum):
    """What came of a digest the last time that it was due or tested."""

    SENT = "sent"
    TEST = "test"  # sent because somebody wanted to see it
    NOTHING_NEW = "nothing_new"  # there is no report since the last digest
    NO_REPORT = "no_report"  # the wave of the view has none
    NO_RECIPIENT = "no_recipient"  # all endpoints are gone or disabled

    @property
    def is_sent(self) -> bool:
        return self in (DigestOutcome.SENT, DigestOutcome.TEST)


@dataclass(frozen=True, slots=True)
class DigestResult:
    """When a digest was last due or tested, and what came of it. `event_id`: of the last one that was sent."""

    at: datetime
    outcome: DigestOutcome
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A saved view, in a language, for endpoints (their numbers), whenever a cron expression comes true in a time zone.

    `next_at` is None while it is paused. `report` is the time of the report that was last told of (ISO 8601, UTC), by
    which it is known whether there is a newer one; tests of a digest do not count.
    """

    id: int
    view: SavedView
    cron: str
    time_zone: str
    language: str
    endpoints: tuple[int, ...]
    created_by: str
    created_at: datetime
    next_at: datetime | None = None
    report: str | None = None
    last: DigestResult | None = None

    @property
    def is_paused(self) -> bool:
        return self.next_at is None
