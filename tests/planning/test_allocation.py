"""Numbers are divided among strata and waves in proportion, within rounding."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.planning.allocation import equal_loads, largest_remainder
from pipelines.planning.quarters import parse_wave, quarterly, waves_of
from saywhy.errors import InvalidInput
from saywhy.wave_plan import PlannedWave

SIZES = st.lists(st.integers(1, 500), min_size=1, max_size=40)


@given(SIZES, st.data())
def test_shares_are_proportional_within_rounding(sizes: list[int], data: st.DataObject) -> None:
    """They sum to the total, and each is its exact share rounded down or up, at most its size."""
    total = data.draw(st.integers(0, sum(sizes)))
    shares = largest_remainder(total, sizes)
    assert sum(shares) == total
    for share, size in zip(shares, sizes, strict=True):
        assert abs(share - total * size / sum(sizes)) < 1
        assert 0 <= share <= size


@given(SIZES, st.data())
def test_small_strata_have_at_least_one_where_wished(sizes: list[int], data: st.DataObject) -> None:
    """Nobody is without one, none has more than its size, and strata above one keep their order of size."""
    total = data.draw(st.integers(1, sum(sizes)))
    assume(total >= len(sizes))
    shares = largest_remainder(total, sizes, at_least_one=True)
    assert sum(shares) == total
    assert all(1 <= share <= size for share, size in zip(shares, sizes, strict=True))
    by_size = sorted(zip(sizes, shares, strict=True))
    assert all(larger >= smaller - 1 for (_, smaller), (_, larger) in pairwise(by_size))


def test_the_largest_fractions_are_rounded_up() -> None:
    """The textbook example: 10 seats for 53, 24 and 23 are 5.3, 2.4 and 2.3, so the second has the one that is left."""
    assert largest_remainder(10, [53, 24, 23]) == [5, 3, 2]
    assert largest_remainder(10, [97, 2, 1], at_least_one=True) == [8, 1, 1]


@pytest.mark.parametrize(("total", "at_least_one"), [(7, False), (1, True)])
def test_a_sample_that_cannot_be_is_refused(total: int, at_least_one: bool) -> None:
    """Larger than the list, or smaller than the number of strata that are all to have one."""
    with pytest.raises(InvalidInput, match=f"sample of {total}"):
        largest_remainder(total, [3, 3], at_least_one=at_least_one)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(0, 200))
def test_waves_are_filled_to_equal_loads(loads: list[int], count: int) -> None:
    """All are placed; a wave that got somebody is at most one above any other that is allowed."""
    allowed = [wave for wave in range(len(loads)) if wave % 2 == 0]
    taken = equal_loads(loads, count, allowed, list(range(len(loads))))
    assert sum(taken) == count
    assert all(taken[wave] == 0 for wave in range(len(loads)) if wave not in allowed)
    after = [loads[wave] + taken[wave] for wave in allowed]
    assert all(full <= min(after) + 1 for full, wave in zip(after, allowed, strict=True) if taken[wave])


def test_quarters_are_named_and_end_with_the_month() -> None:
    """Every three months, on the last day of a month that is too short; years go on."""
    assert quarterly(date(2027, 11, 30), 3) == (
        PlannedWave("2027-Q4", date(2027, 11, 30)),
        PlannedWave("2028-Q1", date(2028, 2, 29)),
        PlannedWave("2028-Q2", date(2028, 5, 30)),
    )


def test_waves_are_named_or_counted() -> None:
    """Named waves are put in order; neither or both is refused, and so is what is no date."""
    named = [parse_wave("autumn=2027-10-01"), parse_wave("a=b=2027-04-01")]
    assert [wave.name for wave in waves_of(None, None, named)] == ["a=b", "autumn"]
    assert len(waves_of(date(2027, 1, 1), None, [])) == 4
    for start, count, waves in ((None, None, []), (date(2027, 1, 1), None, named), (None, 3, named)):
        with pytest.raises(InvalidInput, match="say when"):
            waves_of(start, count, waves)
    for text in ("2027-04-01", "spring=April", "spring="):
        with pytest.raises(InvalidInput, match="NAME=YYYY-MM-DD"):
            parse_wave(text)
