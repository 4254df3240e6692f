"""Dividing a number among strata and waves."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from saywhy.errors import InvalidInput


def largest_remainder(total: int, sizes: Sequence[int], *, at_least_one: bool = False) -> list[int]:
    """`total` divided among strata in proportion to their positive `sizes`, each share rounded down or up.

    The method of the largest remainder (Hamilton, Hare-Niemeyer; Balinski and Young, "Fair Representation", 1982): all
    shares are rounded down, and what is left goes to the largest fractions, of equal ones to the first. With
    `at_least_one`, strata whose share is below one get one, and the others divide the rest. No stratum gets more than
    its size. Raises `InvalidInput` if the total is larger than all strata, or smaller than their number where each is
    to have one.
    """
    population = sum(sizes)
    if total > population:
        raise InvalidInput(f"a sample of {total:,} is larger than the {population:,} customers who may be asked")
    if at_least_one and total < len(sizes):
        raise InvalidInput(f"a sample of {total:,} cannot have one customer of each of {len(sizes):,} strata")
    shares = [0] * len(sizes)
    left, proportional = total, list(range(len(sizes)))
    while at_least_one:
        size = sum(sizes[stratum] for stratum in proportional)
        small = [stratum for stratum in proportional if left * sizes[stratum] < size]
        if not small:
            break
        for stratum in small:
            shares[stratum] = 1
        left -= len(small)
        proportional = [stratum for stratum in proportional if not shares[stratum]]
    size = sum(sizes[stratum] for stratum in proportional)
    remainders = dict[int, int]()
    for stratum in proportional:
        shares[stratum], remainders[stratum] = divmod(left * sizes[stratum], size)
    rest = total - sum(shares)
    for stratum in sorted(remainders, key=lambda stratum: (-remainders[stratum], stratum))[:rest]:
        shares[stratum] += 1
    return shares


def equal_loads(loads: Sequence[int], count: int, allowed: Sequence[int], order: Sequence[int]) -> list[int]:
    """How many of `count` customers each of the `allowed` waves takes, so that their loads become as equal as can be.

    `loads` are the customers that all waves have already; of equally loaded waves the first in `order` takes the next.
    Waves that are not allowed take none.
    """
    rank = {wave: position for position, wave in enumerate(order)}
    taken = [0] * len(loads)
    heap = [(loads[wave], rank[wave], wave) for wave in allowed]
    heapq.heapify(heap)
    for _ in range(count):
        load, position, wave = heap[0]
        taken[wave] += 1
        heapq.heapreplace(heap, (load + 1, position, wave))
    return taken
