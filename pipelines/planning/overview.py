"""A plan in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from saywhy.wave_plan import LeftOut, PlannedCustomer, PlanOverview, StratumPlan, WavePlan


def overview(plan: WavePlan, customers: Iterable[PlannedCustomer]) -> PlanOverview:
    """How many customers are listed, asked in each wave and left out, overall and by stratum (in order of values)."""
    listed = Counter[tuple[str, ...]]()
    asked = Counter[tuple[tuple[str, ...], str]]()
    left_out = Counter[LeftOut]()
    for customer in customers:
        listed[customer.stratum] += 1
        if customer.wave is not None:
            asked[customer.stratum, customer.wave] += 1
        elif customer.left_out is not None:
            left_out[customer.left_out] += 1
    names = [wave.name for wave in plan.design.waves]
    strata = tuple(
        StratumPlan(stratum, listed[stratum], tuple(asked[stratum, name] for name in names))
        for stratum in sorted(listed)
    )
    totals = tuple(sum(stratum.asked[number] for stratum in strata) for number in range(len(names)))
    reasons = {reason: left_out[reason] for reason in LeftOut if left_out[reason]}
    return PlanOverview(plan, sum(listed.values()), totals, reasons, strata)
