"""Lists of customers to ask."""

from __future__ import annotations

import random
from datetime import date

from pipelines.planning.quarters import quarterly
from saywhy.wave_plan import ListedCustomer, PlanDesign

START = date(2027, 1, 15)
DIMENSIONS = ("industry", "segment")


def customers(count: int, first: int = 0, *, seed: int = 1) -> list[ListedCustomer]:
    """Customers `c-0`, `c-1`, … in 15 strata of unequal sizes."""
    rng = random.Random(f"{seed} {first}")
    return [
        ListedCustomer(
            f"c-{number}",
            {
                "industry": rng.choices(["retail", "health", "bank", "it", "公共"], [8, 4, 2, 1, 1])[0],
                "segment": rng.choice(["small", "mid", "large"]),
            },
            f"Name {number}",
            f"p{number}@shop.example",
        )
        for number in range(first, first + count)
    ]


def design(*, waves: int = 4, seed: int = 7, sample_size: int | None = None, at_least_one: bool = False) -> PlanDesign:
    """Quarterly waves from 15 January 2027 on, stratified by industry and segment, 90 days apart."""
    return PlanDesign(quarterly(START, waves), seed, DIMENSIONS, 90, sample_size, at_least_one)
