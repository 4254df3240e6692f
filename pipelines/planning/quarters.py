"""Names and days of the waves of a cycle."""

from __future__ import annotations

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
