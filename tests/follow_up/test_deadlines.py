"""When a case is due: by the calendar, and in business hours across nights, weekends, holidays and changed clocks."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.follow_up.deadlines import due_at
from saywhy.errors import InvalidInput
from saywhy.follow_up import BusinessHours, FollowUpPolicy

BERLIN = BusinessHours("Europe/Berlin", country="DE")
ROUND_THE_CLOCK = BusinessHours("Europe/Berlin", time(0), time(0), country="DE")
NEW_YORK_NIGHTS = BusinessHours("America/New_York", time(0), time(0), days=tuple(range(7)))


def due(opened: str, hours: BusinessHours | None, within: float = 24) -> str:
    """The local time (that of UTC without business hours) at which a case is due that was opened at a local time."""
    zone = hours.zone if hours else ZoneInfo("UTC")
    policy = FollowUpPolicy(within=timedelta(hours=within), business_hours=hours)
    return (
        due_at(datetime.fromisoformat(opened).replace(tzinfo=zone), policy).astimezone(zone).strftime("%a %m-%d %H:%M")
    )


@pytest.mark.parametrize(
    ("opened", "hours", "within", "expected"),
    [
        ("2026-04-03T10:00", None, 24, "Sat 04-04 10:00"),
        ("2026-06-09T10:00", BERLIN, 4, "Tue 06-09 14:00"),
        ("2026-06-09T16:00", BERLIN, 4, "Wed 06-10 12:00"),
        ("2026-06-09T03:00", BERLIN, 8, "Tue 06-09 17:00"),
        ("2026-06-09T23:00", BERLIN, 8, "Wed 06-10 17:00"),
        ("2026-06-12T16:00", BERLIN, 2, "Mon 06-15 10:00"),  # over a weekend
        ("2026-04-02T16:00", BERLIN, 2, "Tue 04-07 10:00"),  # over Good Friday, a weekend and Easter Monday
        ("2026-06-09T10:00", BERLIN, 24, "Fri 06-12 10:00"),  # three days of eight hours
        ("2026-12-31T16:00", BERLIN, 2, "Mon 01-04 10:00"),  # over New Year and a weekend, into the next year
        ("2026-06-09T10:00", ROUND_THE_CLOCK, 24, "Wed 06-10 10:00"),
        ("2026-06-12T10:00", ROUND_THE_CLOCK, 24, "Mon 06-15 10:00"),
        ("2026-03-27T20:00", ROUND_THE_CLOCK, 24, "Mon 03-30 20:00"),  # the clocks change on the Sunday, a day off
        ("2026-03-07T12:00", NEW_YORK_NIGHTS, 24, "Sun 03-08 13:00"),  # an hour is left out
        ("2026-10-31T12:00", NEW_YORK_NIGHTS, 24, "Sun 11-01 11:00"),  # an hour is there twice
    ],
)
def test_a_case_is_due_when_the_time_has_passed(
    opened: str, hours: BusinessHours | None, within: float, expected: str
) -> None:
    """Only business hours count, as many as pass; without them the clock never stops."""
    assert due(opened, hours, within) == expected


def test_a_subdivision_has_holidays_of_its_own() -> None:
    """Epiphany is a day off in Bavaria, and none in Berlin."""
    bavaria = BusinessHours("Europe/Berlin", country="DE", subdivision="BY")
    assert due("2026-01-05T16:00", bavaria, 2) == "Wed 01-07 10:00"
    assert due("2026-01-05T16:00", BERLIN, 2) == "Tue 01-06 10:00"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"time_zone": "Europe/Atlantis"}, "not a time zone"),
        ({"time_zone": "../etc/passwd"}, "not a time zone"),
        ({"time_zone": ""}, "not a time zone"),
        ({"time_zone": "UTC", "opens": time(17), "closes": time(9)}, "before they begin"),
        ({"time_zone": "UTC", "days": ()}, "at least one"),
        ({"time_zone": "UTC", "days": (7,)}, "0 (Monday) to 6"),
        ({"time_zone": "UTC", "subdivision": "BY"}, "needs its country"),
    ],
)
def test_hours_that_cannot_be_are_refused(values: dict[str, object], message: str) -> None:
    """The error says what is wrong."""
    with pytest.raises(InvalidInput, match=message.replace("(", r"\(").replace(")", r"\)")):
        BusinessHours(**values)  # type: ignore[arg-type]


def test_an_unknown_country_is_refused() -> None:
    """The error names it."""
    with pytest.raises(InvalidInput, match="'XX' are not known"):
        due("2026-01-05T16:00", BusinessHours("UTC", country="XX"))
    with pytest.raises(InvalidInput, match="'DE-ZZ' are not known"):
        due("2026-01-05T16:00", BusinessHours("UTC", country="DE", subdivision="ZZ"))
