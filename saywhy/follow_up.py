"""How responses are followed up: which open a case, and until when the customer is to be contacted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from saywhy.case import PRIORITY
from saywhy.errors import InvalidInput
from saywhy.feedback import Group

#: Monday to Friday, as `datetime.date.weekday` counts.
WORKING_WEEK = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When people work: from `opens` to `closes` (00:00: midnight at the end of the day) on these days of the week.

    Times are those of `time_zone`, an IANA name. Days off are the public holidays of `country` (ISO 3166-1) and its
    `subdivision` (ISO 3166-2); without a country there are none. Raises `InvalidInput`.
    """

    time_zone: str
    opens: time = time(9)
    closes: time = time(17)
    days: tuple[int, ...] = WORKING_WEEK
    country: str | None = None
    subdivision: str | None = None

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(f"{self.time_zone!r} is not a time zone; write e.g. Europe/Berlin") from None
        if self.opens.tzinfo or self.closes.tzinfo:
            raise InvalidInput("opening hours are local times: write 09:00, without an offset")
        if self.opens >= self.closes and self.closes != time(0):
            raise InvalidInput(f"business hours end at {self.closes:%H:%M}, before they begin at {self.opens:%H:%M}")
        if not self.days or not set(self.days) <= set(range(7)):
            raise InvalidInput("the days of business are numbers from 0 (Monday) to 6 (Sunday), at least one")
        if self.subdivision and not self.country:
            raise InvalidInput("a subdivision needs its country")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class FollowUpPolicy:
    """Responses of these `groups` open a case at import unless they are older than `max_age` (None: whatever the age).

    The case is due `within` a time after it was opened, which only runs in `business_hours` if these are given. Raises
    `InvalidInput`.
    """

    groups: tuple[Group, ...] = PRIORITY
    max_age: timedelta | None = timedelta(days=30)
    within: timedelta = timedelta(hours=24)
    business_hours: BusinessHours | None = None

    def __post_init__(self) -> None:
        if not timedelta(minutes=1) <= self.within <= timedelta(days=90):
            raise InvalidInput("a case is due within a minute to 90 days")
        if self.max_age is not None and not timedelta(0) < self.max_age <= timedelta(days=36_500):
            raise InvalidInput("the greatest age of a response is 1 to 36,500 days")
