"""The board report: cases by state and in time, what became of them, and the accounts that came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from statistics import fmean, median

from saywhy.board import Board, CaseCounts, FollowUpEffect, NewAccountCounts, OutcomeCounts
from saywhy.case import PRIORITY, AccountOrigin, Case, CaseState, CaseTally, NewAccount, Outcome
from saywhy.customer import account_of
from saywhy.feedback import Group
from saywhy.report import Report

NOT_PROOF = (
    "Recovered accounts are those of cases that people marked as recovered; whether the account would have stayed "
    "anyway is not known."
)


def board(
    tallies: Sequence[CaseTally],
    hours: Mapping[Group, Sequence[float]],
    with_outcome: Sequence[Case],
    new_accounts: Sequence[NewAccount],
    effects: tuple[FollowUpEffect, ...],
    report: Report | None,
    *,
    notes: Iterable[str],
    since: datetime | None,
    now: datetime,
) -> Board:
    """The board report from these cases and new accounts, with the points of a report on all waves.

    `hours` from opening a case to the first contact, by group; `with_outcome`: the cases that have one.
    """
    wave, points = (report.wave, report.nps) if report else (None, None)
    if report and report.waves:
        wave, points = report.waves[-1].name, report.waves[-1].nps
    return Board(
        generated_at=now.isoformat(timespec="seconds"),
        since=None if since is None else since.isoformat(timespec="seconds"),
        wave=wave,
        nps=points,
        nps_change=report.change.nps if report and report.change else None,
        cases=tuple(
            _counts(group, [each for each in tallies if each.group is group], hours[group]) for group in PRIORITY
        ),
        outcomes=tuple(_outcome(outcome, with_outcome) for outcome in Outcome),
        new_accounts=tuple(_won(origin, new_accounts) for origin in AccountOrigin),
        effects=effects,
        notes=(*notes, NOT_PROOF),
    )


def _counts(group: Group, tallies: Sequence[CaseTally], hours: Sequence[float]) -> CaseCounts:
    in_state = {state: sum(tally.cases for tally in tallies if tally.state is state) for state in CaseState}
    overdue = sum(tally.cases for tally in tallies if tally.is_overdue)
    in_time = sum(tally.cases for tally in tallies if tally.is_in_time)
    contacts = sum(tally.cases for tally in tallies if tally.is_contacted)
    return CaseCounts(
        group=group,
        cases=sum(in_state.values()),
        open=in_state[CaseState.OPEN],
        contacted=in_state[CaseState.CONTACTED],
        resolved=in_state[CaseState.RESOLVED],
        closed=in_state[CaseState.CLOSED],
        overdue=overdue,
        in_time=in_time,
        late=contacts - in_time + overdue,
        median_hours=median(hours) if hours else None,
    )


def _outcome(outcome: Outcome, cases: Sequence[Case]) -> OutcomeCounts:
    """Each account counts once, with its latest known revenue."""
    with_outcome = [case for case in cases if case.outcome is outcome]
    revenue_of: dict[str, Decimal | None] = {}
    for case in with_outcome:
        account = account_of(case.customer)
        if account is not None and case.customer is not None:
            revenue = case.customer.revenue
            revenue_of[account] = revenue_of.get(account) if revenue is None else revenue
    return OutcomeCounts(outcome, len(with_outcome), len(revenue_of), _sum(revenue_of.values()))


def _won(origin: AccountOrigin, new_accounts: Sequence[NewAccount]) -> NewAccountCounts:
    of_origin = [account for account in new_accounts if account.origin is origin]
    costs = [account.acquisition_cost for account in of_origin if account.acquisition_cost is not None]
    both = [
        (account.lifetime_value, account.acquisition_cost)
        for account in of_origin
        if account.lifetime_value is not None and account.acquisition_cost is not None
    ]
    cost = sum(cost for _, cost in both)
    return NewAccountCounts(
        origin=origin,
        accounts=len(of_origin),
        revenue=_sum(account.revenue for account in of_origin),
        acquisition_cost=_sum(costs),
        cac=float(fmean(costs)) if costs else None,
        lifetime_value=_sum(account.lifetime_value for account in of_origin),
        value_to_cost=float(sum(value for value, _ in both) / cost) if cost else None,
    )


def _sum(amounts: Iterable[Decimal | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return float(sum(known)) if known else None
