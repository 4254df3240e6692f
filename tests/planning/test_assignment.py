"""Who is asked in which wave: proportional, reproducible, stable, and nobody twice within the days."""

from __future__ import annotations

import random
import tracemalloc
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.planning.assignment import assign, stratum_of
from pipelines.planning.quarters import quarterly
from saywhy.errors import InvalidInput
from saywhy.wave_plan import LeftOut, ListedCustomer, PlanDesign, PlannedCustomer, PlannedWave
from tests.builders.customer_lists import START, customers, design


def changed(before: list[PlannedCustomer], after: list[PlannedCustomer]) -> int:
    """How many customers of the first plan have another wave, or none, in the second."""
    wave_of = {customer.id: customer.wave for customer in after}
    return sum(customer.id in wave_of and wave_of[customer.id] != customer.wave for customer in before)


@given(st.integers(1, 400), st.integers(1, 6), st.integers(0, 1000))
def test_every_stratum_is_divided_equally(count: int, waves: int, seed: int) -> None:
    """Everybody has one wave, and the waves have as many customers of a stratum as each other, within one."""
    plan = design(waves=waves, seed=seed)
    planned = assign(customers(count, seed=seed), plan)
    assert [customer.id for customer in planned] == [f"c-{number}" for number in range(count)]
    sizes = Counter((customer.stratum, customer.wave) for customer in planned)
    for stratum in {customer.stratum for customer in planned}:
        in_waves = [sizes[stratum, wave.name] for wave in plan.waves]
        assert max(in_waves) - min(in_waves) <= 1


@given(st.integers(20, 400), st.data())
def test_a_sample_is_proportional(count: int, data: st.DataObject) -> None:
    """As many as asked for, of each stratum its share within rounding, and all others are not drawn."""
    listed = customers(count)
    size = data.draw(st.integers(1, count))
    planned = assign(listed, design(sample_size=size))
    drawn = Counter(customer.stratum for customer in planned if customer.wave)
    assert drawn.total() == size
    for stratum, members in Counter(customer.stratum for customer in planned).items():
        assert abs(drawn[stratum] - size * members / count) < 1
    assert {customer.left_out for customer in planned if not customer.wave} <= {LeftOut.NOT_DRAWN}


def test_small_strata_are_in_the_sample_where_wished() -> None:
    """Fifteen strata, of which the smallest would have nobody in a sample of thirty."""
    listed = customers(3000)
    strata = {stratum_of(customer, design()) for customer in listed}
    without = {c.stratum for c in assign(listed, design(sample_size=30)) if c.wave}
    wished = {c.stratum for c in assign(listed, design(sample_size=30, at_least_one=True)) if c.wave}
    assert without < strata == wished


@given(st.lists(st.tuples(st.integers(0, 199), st.integers(-120, 400)), max_size=150), st.integers(0, 120))
def test_nobody_is_asked_twice_within_the_days(asked_days: list[tuple[int, int]], min_days: int) -> None:
    """Neither after an earlier survey nor before a later one; who fits no wave is left out for that reason."""
    asked: dict[str, list[date]] = {}
    for number, day in asked_days:
        asked.setdefault(f"c-{number}", []).append(START + timedelta(days=day))
    plan = replace(design(), min_days=min_days)
    send_on = {wave.name: wave.send_on for wave in plan.waves}
    for customer in assign(customers(200), plan, asked=asked):
        near = [
            [abs((day - other).days) < min_days for other in asked.get(customer.id, ())] for day in send_on.values()
        ]
        if customer.wave:
            assert all(abs((send_on[customer.wave] - day).days) >= min_days for day in asked.get(customer.id, ()))
        else:
            assert customer.left_out is LeftOut.ASKED_RECENTLY
            assert all(map(any, near))


def test_the_seed_decides() -> None:
    """The same list in any order gives the same plan; another seed gives another one."""
    listed = customers(1000)
    shuffled = random.Random(0).sample(listed, len(listed))
    first = assign(listed, design())
    assert sorted(assign(shuffled, design()), key=lambda one: one.id) == sorted(first, key=lambda one: one.id)
    assert changed(first, assign(listed, design(seed=8))) > 600


@pytest.mark.parametrize("recently", [0, 0.3])
def test_a_longer_list_changes_few_assignments(recently: float) -> None:
    """One percent more customers: fewer earlier ones change than there are new ones, also where many are restricted."""
    listed = customers(10_000)
    rng = random.Random(2)
    asked = {one.id: [date(2026, 12, rng.randint(1, 31))] for one in listed if rng.random() < recently}
    before = assign(listed, design(), asked=asked)
    assert changed(before, assign([*listed, *customers(100, 10_000)], design(), asked=asked)) < 100
    fewer = [one for number, one in enumerate(listed) if number % 100]
    assert changed(before, assign(fewer, design(), asked=asked)) < 100
    sampled = assign(listed, design(sample_size=2000))
    longer = assign([*listed, *customers(100, 10_000)], design(sample_size=2000))
    assert changed(sampled, longer) < 100


def test_who_cannot_be_asked_is_left_out_with_the_reason() -> None:
    """Opted out, without an address, with that of somebody else; names and addresses of them are not kept."""
    asked, out, blank, wrong, twin = customers(5)
    listed = [
        asked,
        replace(out, opted_out=True),
        replace(blank, email=None),
        replace(wrong, email="by phone"),
        replace(twin, email=str(asked.email).upper()),
    ]
    planned = assign(listed, design())
    reasons = [LeftOut.OPTED_OUT, LeftOut.NO_ADDRESS, LeftOut.NO_ADDRESS]
    assert [one.left_out for one in planned[1:4]] == reasons
    assert {planned[0].left_out, planned[4].left_out} == {None, LeftOut.SAME_ADDRESS}
    assert all((one.email is None) == (one.wave is None) for one in planned)


def test_waves_that_were_sent_stay_as_they_are() -> None:
    """They keep their customers, whatever these now are, and get no others; the rest goes to the open waves."""
    listed = customers(400)
    before = assign(listed, design())
    kept = {one.id: one.wave for one in before if one.wave == "2027-Q1"}
    now = [replace(one, opted_out=one.id in kept) for one in [*listed, *customers(50, 400)]]
    after = assign(now, design(seed=99), kept=kept, closed={"2027-Q1"})
    assert {one.id for one in after if one.wave == "2027-Q1"} == set(kept)
    in_waves = Counter(one.wave for one in after)
    assert sum(in_waves.values()) == 450
    assert None not in in_waves
    with pytest.raises(InvalidInput, match="all waves"):
        assign(now, design(waves=1), closed={"2027-Q1"})


def test_lists_that_cannot_be_are_refused() -> None:
    """No customers, the same id twice (with both places), and a dimension without values."""
    one, two = customers(2)
    with pytest.raises(InvalidInput, match="no customers"):
        assign([], design())
    with pytest.raises(InvalidInput, match="customers 1 and 3 of the list have the same id"):
        assign([one, two, one], design())
    with pytest.raises(InvalidInput, match="no customer of the list has a value for 'region'"):
        assign([one], replace(design(), dimensions=("region",)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"waves": ()}, "1 to 53 waves"),
        ({"waves": (PlannedWave("a", START), PlannedWave("b", START))}, "'b' must be sent after 'a'"),
        ({"waves": (PlannedWave("a", START), PlannedWave("a", START + timedelta(1)))}, "same name"),
        ({"waves": (PlannedWave("a/b", START),)}, "without slashes"),
        ({"waves": (PlannedWave("  ", START),)}, "name of 1 to 100"),
        ({"dimensions": ("a", "a")}, "different columns"),
        ({"min_days": -1}, "not -1"),
        ({"sample_size": 0}, "at least one customer"),
        ({"seed": -1}, "seed"),
    ],
)
def test_designs_that_cannot_be_are_refused(change: dict[str, object], message: str) -> None:
    """Each with the reason."""
    with pytest.raises(InvalidInput, match=message):
        replace(design(), **change)  # type: ignore[arg-type]


@pytest.mark.slow
def test_many_customers_fit_in_little_memory() -> None:
    """The plan of a hundred thousand needs less than 200 MB beside the list."""
    listed = [
        ListedCustomer(f"c-{number}", {"industry": str(number % 7)}, None, f"p{number}@shop.example")
        for number in range(20_000)
    ]
    tracemalloc.start()
    planned = assign(listed, PlanDesign(quarterly(START), 1, ("industry",)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(planned) == 20_000
    assert 5 * peak < 200e6
