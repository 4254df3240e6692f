"""When a case is due: after some hours by the calendar, or after so many business hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count

from saywhy.errors import InvalidInput
from saywhy.follow_up import BusinessHours, FollowUpPolicy

#: Days without business hours in a row after which there are none at all.
_LONGEST_BREAK = 366


def due_at(opened_at: datetime, policy: FollowUpPolicy) -> datetime:
    """The time, in UTC, at which a case is due that was opened at an aware time.

    By the calendar it is `policy.within` later on any clock. With business hours only the time within them counts, as
    it passes: a day on which clocks change has an hour more or less if its business hours span the change. Raises
    `InvalidInput` for holidays of an unknown country, and if there are no business hours within a year.
    """
    opened_at = opened_at.astimezone(UTC)
    hours = policy.business_hours
    if hours is None:
        return opened_at + policy.within
    left = policy.within
    for opens, closes in _periods(hours, opened_at.astimezone(hours.zone).date() - timedelta(days=1)):
        begins = max(opens, opened_at)
        if closes - begins >= left:
            return begins + left
        left -= max(closes - begins, timedelta(0))
    raise InvalidInput(f"there are no business hours in the {_LONGEST_BREAK} days after {opened_at:%Y-%m-%d}")


def check(hours: BusinessHours) -> None:
    """Raise `InvalidInput` if the holidays of the country or its subdivision are not known."""
    _holidays(hours.country, hours.subdivision, date.today().year)


def _periods(hours: BusinessHours, first: date) -> Iterator[tuple[datetime, datetime]]:
    """The business hours, in UTC, from a day on, until a long break."""
    latest = first
    for offset in count():
        day = first + timedelta(days=offset)
        if (day - latest).days > _LONGEST_BREAK:
            return
        if day.weekday() not in hours.days or day in _holidays(hours.country, hours.subdivision, day.year):
            continue
        latest = day
        last = day + timedelta(days=1) if hours.closes == time(0) else day
        opens = datetime.combine(day, hours.opens, hours.zone).astimezone(UTC)
        closes = datetime.combine(last, hours.closes, hours.zone).astimezone(UTC)
        yield opens, closes


@cache
def _holidays(country: str | None, subdivision: str | None, year: int) -> frozenset[date]:
    """The public holidays of a year."""
    if country is None:
        return frozenset()
    import holidays  # imported here because it takes longer than the rest of this package

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError:
        where = f"{country}-{subdivision}" if subdivision else country
        raise InvalidInput(f"the public holidays of {where!r} are not known; write e.g. DE or DE-BY") from None
