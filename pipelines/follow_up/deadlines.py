"""When a case is due: after some hours by the calendar, or after so many business hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from saywhy.errors import InvalidInput
from saywhy.follow_up import BusinessHours, FollowUpPolicy

#: A case that is not due in so many days is due never.
_LONGEST_WAIT = 5 * 366


def due_at(opened_at: datetime, policy: FollowUpPolicy) -> datetime:
    """The time, in UTC, at which a case is due that was opened at an aware time.

    By the calendar it is `policy.within` later on any clock. With business hours only the time within them counts, as
    it passes: a day on which clocks change has an hour more or less if its business hours span the change. Raises
    `InvalidInput` for holidays of an unknown country, and if so few hours are business hours that five years pass.
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
    raise InvalidInput("too few hours are business hours: a case would not be due in five years")


def check(hours: BusinessHours) -> None:
    """Raise `InvalidInput` if the holidays of the country or its subdivision are not known."""
    _holidays(hours.country, hours.subdivision, date.today().year)


def _periods(hours: BusinessHours, first: date) -> Iterator[tuple[datetime, datetime]]:
    """The business hours, in UTC, from a day on."""
    for day in (first + timedelta(days=offset) for offset in range(_LONGEST_WAIT)):
        if day.weekday() not in hours.days or day in _holidays(hours.country, hours.subdivision, day.year):
            continue
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
