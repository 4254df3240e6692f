"""What a board is told of following up: points, cases, accounts, and whether it shows in later scores."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.estimate import Estimate, Nps
from saywhy.feedback import Group


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """The cases of one group, by state, and how many customers were contacted in time.

    `late`: contacted after the case was due, or still waiting since. Cases that were closed without contact, and those
    that wait and are not due yet, are neither in time nor late.
    """

    group: Group
    cases: int
    open: int
    contacted: int
    resolved: int
    closed: int
    overdue: int
    in_time: int
    late: int
    median_hours: float | None  # from opening a case to the first contact; None without one


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """Cases with one outcome, their accounts, and the annual revenue of those of which it is known."""

    outcome: str
    cases: int
    accounts: int
    revenue: float | None  # None if that of no account is known


@dataclass(frozen=True, slots=True)
class NewAccountCounts:
    """Accounts that customers brought, by origin. Sums are over the accounts of which an amount is known, None if none.

    `value_to_cost` is lifetime value divided by acquisition cost, of the accounts of which both are known.
    """

    origin: str
    accounts: int
    revenue: float | None
    acquisition_cost: float | None  # the sum
    cac: float | None  # acquisition cost of an account, the mean
    lifetime_value: float | None
    value_to_cost: float | None


@dataclass(frozen=True, slots=True)
class FollowUpEffect:
    """The later NPS of those who were followed up against that of those who were not, within one group.

    None of the numbers but `people` is given where either side has fewer than `MIN_CLAIM` later answers.
    """

    group: Group  # of the answer before
    followed_up: int  # later answers, of customers who were contacted in between
    others: int
    followed_up_nps: Nps | None
    others_nps: Nps | None
    difference: Estimate | None  # in points, the first minus the second
    p_value: float | None  # two-sided


@dataclass(frozen=True, slots=True)
class Board:
    """The board report. `nps` and `nps_change` are those of the latest analysis, None before the first one."""

    generated_at: str  # ISO 8601, UTC
    since: str | None  # cases that were opened, and accounts that were won, since this time; None: all
    wave: str | None  # the latest wave, that `nps` is of; "all" where there are no waves
    nps: Nps | None
    nps_change: Estimate | None  # against the wave before
    cases: tuple[CaseCounts, ...]  # detractors, passives, promoters
    outcomes: tuple[OutcomeCounts, ...]  # recovered, referral, case_study, churned
    new_accounts: tuple[NewAccountCounts, ...]  # referral, former_customer
    effects: tuple[FollowUpEffect, ...]
    notes: tuple[str, ...]  # caveats, in English
