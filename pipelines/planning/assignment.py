"""Whom to ask in which wave.

Every customer has a random number that is a hash of seed and id. A sample takes those with the least numbers of each
stratum, and the waves divide a stratum, in the order of the numbers, into blocks of equal size. A customer more moves
the ends of these blocks by one customer at most, so that a longer list changes few assignments; a plan that took turns
would change them all. Sources: proportional allocation, Cochran, "Sampling Techniques" (3rd ed., 1977), 5.5; numbers
that stay with the units, Ohlsson, "Coordination of Samples Using Permanent Random Numbers" (in Business Survey Methods,
1995).
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from pipelines.planning.allocation import equal_loads, largest_remainder
from saywhy.errors import InvalidInput
from saywhy.wave_plan import LeftOut, ListedCustomer, PlanDesign, PlannedCustomer, PlannedWave

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A customer who may be asked in at least one wave; `kept` if it was asked already."""

    customer: ListedCustomer
    stratum: tuple[str, ...]
    random_number: int
    waves: tuple[int, ...]  # by number
    kept: bool = False


def assign(
    customers: Iterable[ListedCustomer],
    design: PlanDesign,
    *,
    asked: Mapping[str, Collection[date]] | None = None,
    kept: Mapping[str, str] | None = None,
    closed: Collection[str] = (),
) -> list[PlannedCustomer]:
    """A wave, or the reason for being left out, for every customer of the list, in its order.

    `asked` has the days on which customers are or were asked elsewhere, by id. `closed` waves were sent already: they
    keep the customers that `kept` has for them, by id, and take no others. Raises `InvalidInput` for an empty list, two
    customers with the same id, a dimension that no customer has, and a sample size that cannot be.
    """
    asked, kept, listed = asked or {}, kept or {}, list(customers)
    _check(listed, design)
    numbers = {wave.name: number for number, wave in enumerate(design.waves)}
    open_waves = [number for name, number in numbers.items() if name not in closed]
    if not open_waves:
        raise InvalidInput("all waves of the plan were sent already")
    left_out: dict[str, LeftOut] = {}
    candidates: list[_Candidate] = []
    for customer in listed:
        waves: tuple[int, ...] = ()
        if (name := kept.get(customer.id)) is not None:
            waves = (numbers[name],)
        elif customer.opted_out:
            left_out[customer.id] = LeftOut.OPTED_OUT
        elif not _ADDRESS.fullmatch(customer.email or ""):
            left_out[customer.id] = LeftOut.NO_ADDRESS
        else:
            days = [*asked.get(customer.id, ()), *([customer.asked_on] if customer.asked_on else [])]
            waves = tuple(number for number in open_waves if _is_apart(design.waves[number], days, design.min_days))
            if not waves:
                left_out[customer.id] = LeftOut.ASKED_RECENTLY
        if waves:
            stratum, number = stratum_of(customer, design), _random_number(design.seed, customer.id)
            candidates.append(_Candidate(customer, stratum, number, waves, kept=customer.id in kept))
    candidates = _one_an_address(candidates, left_out)
    candidates = _drawn(candidates, design, left_out)
    wave_of = _waves_of(candidates, design)
    return [_planned(customer, design, wave_of, left_out) for customer in listed]


def stratum_of(customer: ListedCustomer, design: PlanDesign) -> tuple[str, ...]:
    """The values of the customer in the dimensions of the design."""
    return tuple(customer.segments.get(dimension, "") for dimension in design.dimensions)


def _check(listed: Sequence[ListedCustomer], design: PlanDesign) -> None:
    if not listed:
        raise InvalidInput("the list has no customers")
    seen = dict[str, int]()
    for number, customer in enumerate(listed, start=1):
        if (first := seen.setdefault(customer.id, number)) != number:
            raise InvalidInput(f"customers {first:,} and {number:,} of the list have the same id")
    for dimension in design.dimensions:
        if not any(customer.segments.get(dimension) for customer in listed):
            raise InvalidInput(f"no customer of the list has a value for {dimension!r}")


def _is_apart(wave: PlannedWave, days: Iterable[date], min_days: int) -> bool:
    """Whether a wave is so many days after, or before, each of these days."""
    return all(abs((wave.send_on - day).days) >= min_days for day in days)


def _one_an_address(candidates: list[_Candidate], left_out: dict[str, LeftOut]) -> list[_Candidate]:
    """Of customers with the same address one stays: who was asked already, else the least random number."""
    first = dict[str, _Candidate]()
    for candidate in sorted(candidates, key=lambda one: (not one.kept, one.random_number)):
        address = (candidate.customer.email or "").casefold()
        if address and first.setdefault(address, candidate) is not candidate and not candidate.kept:
            left_out[candidate.customer.id] = LeftOut.SAME_ADDRESS
    return [candidate for candidate in candidates if candidate.customer.id not in left_out]


def _drawn(candidates: list[_Candidate], design: PlanDesign, left_out: dict[str, LeftOut]) -> list[_Candidate]:
    """The stratified sample: of each stratum those who were asked already, then the least random numbers."""
    if design.sample_size is None:
        return candidates
    strata = _by_stratum(candidates)
    sizes = [len(members) for members in strata.values()]
    shares = largest_remainder(design.sample_size, sizes, at_least_one=design.at_least_one)
    drawn: list[_Candidate] = []
    for members, share in zip(strata.values(), shares, strict=True):
        members.sort(key=lambda one: (not one.kept, one.random_number))
        size = max(share, sum(member.kept for member in members))
        drawn += members[:size]
        left_out |= {member.customer.id: LeftOut.NOT_DRAWN for member in members[size:]}
    return drawn


def _waves_of(candidates: list[_Candidate], design: PlanDesign) -> dict[str, int]:
    """The number of the wave of each customer, by id: all waves have as many of each stratum, within one.

    Customers who cannot be asked in every wave come first; the others even out what that makes unequal.
    """
    wave_of = dict[str, int]()
    for stratum, members in _by_stratum(candidates).items():
        order = _order(design, stratum)
        loads = [0] * len(design.waves)
        groups = defaultdict[tuple[int, ...], list[_Candidate]](list)
        for member in members:
            groups[member.waves].append(member)
        for waves, group in sorted(groups.items(), key=lambda entry: (len(entry[0]), entry[0])):
            group.sort(key=attrgetter("random_number"))
            start = 0
            for wave, taken in enumerate(equal_loads(loads, len(group), waves, order)):
                wave_of |= dict.fromkeys((one.customer.id for one in group[start : start + taken]), wave)
                loads[wave] += taken
                start += taken
    return wave_of


def _by_stratum(candidates: Iterable[_Candidate]) -> dict[tuple[str, ...], list[_Candidate]]:
    """The candidates of each stratum; strata in order of their values."""
    strata = defaultdict[tuple[str, ...], list[_Candidate]](list)
    for candidate in candidates:
        strata[candidate.stratum].append(candidate)
    return dict(sorted(strata.items()))


def _order(design: PlanDesign, stratum: tuple[str, ...]) -> list[int]:
    """The order in which waves get one customer of a stratum more than others: random, and another in each stratum."""
    names = [wave.name for wave in design.waves]
    return sorted(range(len(names)), key=lambda number: _random_number(design.seed, *stratum, names[number]))


def _random_number(seed: int, *names: str) -> int:
    """A random number of 64 bits that is always the same for these names."""
    digest = hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=8, key=b"%d" % seed)
    return int.from_bytes(digest.digest())


def _planned(
    customer: ListedCustomer, design: PlanDesign, wave_of: Mapping[str, int], left_out: Mapping[str, LeftOut]
) -> PlannedCustomer:
    stratum = stratum_of(customer, design)
    if (reason := left_out.get(customer.id)) is not None:
        return PlannedCustomer(customer.id, stratum, left_out=reason)
    wave = design.waves[wave_of[customer.id]].name
    return PlannedCustomer(customer.id, stratum, wave, name=customer.name, email=customer.email)
