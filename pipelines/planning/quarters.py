"""Names and days of the waves of a cycle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from saywhy.errors import InvalidInput
from saywhy.wave_plan import MOST_WAVES, PlannedWave

#: Waves of a cycle, unless another number is asked for.
QUARTERS = 4


def quarterly(start: date, count: int = QUARTERS) -> tuple[PlannedWave, ...]:
    """Waves from `start` on, every three months, called by their quarters: `2027-Q1`.

    A day that a month does not have is its last. Raises `InvalidInput` for a number of waves that cannot be.
    """
    if not 1 <= count <= MOST_WAVES or start.year > date.max.year - MOST_WAVES:
        raise InvalidInput(f"a plan has 1 to {MOST_WAVES} waves, not {count}, in years before {date.max.year}")
    waves = []
    for number in range(count):
        year, month = divmod(start.year * 12 + start.month - 1 + 3 * number, 12)
        day = next(day for day in (start.day, 30, 29, 28) if day <= start.day and _exists(year, month + 1, day))
        waves.append(PlannedWave(f"{year}-Q{month // 3 + 1}", date(year, month + 1, day)))
    return tuple(waves)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def waves_of(start: date | None, count: int | None, named: Sequence[PlannedWave]) -> tuple[PlannedWave, ...]:
    """The waves that are named, else quarterly ones from `start` on. Raises `InvalidInput` unless it is one of both."""
    if (start is None) == (not named) or (named and count is not None):
        raise InvalidInput("say when: either the day of the first wave (and how many there are), or every wave by name")
    if start is None:
        return tuple(sorted(named, key=lambda wave: wave.send_on))
    return quarterly(start, QUARTERS if count is None else count)


def parse_wave(text: str) -> PlannedWave:
    """The wave that is written as `name=2027-01-15`. Raises `InvalidInput`."""
    name, separator, day = text.rpartition("=")
    try:
        return PlannedWave(name, date.fromisoformat(day if separator else ""))
    except ValueError:
        raise InvalidInput(f"{text[:100]!r} is not a wave; write NAME=YYYY-MM-DD") from None
