"""The board report in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from saywhy.board import Board, FollowUpEffect, NewAccountCounts
from saywhy.text import counted


def lines(board: Board) -> Iterator[str]:
    """The report, a line for each fact."""
    yield f"Board report, {f'since {board.since}' if board.since else 'all time'}"
    if board.nps:
        change = f", {_signed(board.nps_change.value)} against the wave before" if board.nps_change else ""
        interval = f"{board.nps.low:.1f} to {board.nps.high:.1f}"
        yield f"NPS ({board.wave}): {board.nps.score:.1f} ({interval}, n={board.nps.n:,}){change}"
    else:
        yield "NPS: not known yet; run `saywhy analyse`"
    yield "Cases"
    for counts in board.cases:
        hours = "" if counts.median_hours is None else f", first contact after {counts.median_hours:.1f} h (median)"
        judged = counts.in_time + counts.late
        in_time = f", {counts.in_time / judged:.0%} in time" if judged else ""
        yield (
            f"  {counts.group}s: {counts.cases:,}: {counts.open:,} open ({counts.overdue:,} overdue), "
            f"{counts.contacted:,} contacted, {counts.resolved:,} resolved, {counts.closed:,} closed{in_time}{hours}"
        )
    yield "Outcomes"
    for outcome in board.outcomes:
        name = outcome.outcome.replace("_", " ")
        accounts = counted(outcome.accounts, "account")
        yield f"  {name}: {counted(outcome.cases, 'case')}, {accounts}, revenue {_amount(outcome.revenue)}"
    yield "New accounts"
    yield from map(_new_accounts, board.new_accounts)
    yield "Later NPS of those who were followed up against those who were not"
    yield from map(_effect, board.effects)
    for note in board.notes:
        yield f"  note: {note}"


def _new_accounts(won: NewAccountCounts) -> str:
    name = won.origin.replace("_", " ")
    ratio = "" if won.value_to_cost is None else f", lifetime value {won.value_to_cost:.1f} × CAC"
    return (
        f"  {name}: {won.accounts:,}, revenue {_amount(won.revenue)}, CAC {_amount(won.cac)}, "
        f"lifetime value {_amount(won.lifetime_value)}{ratio}"
    )


def _effect(effect: FollowUpEffect) -> str:
    answers = f"{effect.followed_up:,} followed up, {effect.others:,} not"
    if effect.difference is None or effect.followed_up_nps is None or effect.others_nps is None:
        return f"  {effect.group}s: too few later answers ({answers})"
    difference = effect.difference
    return (
        f"  {effect.group}s: {effect.followed_up_nps.score:.1f} against {effect.others_nps.score:.1f}, difference "
        f"{_signed(difference.value)} ({_signed(difference.low)} to {_signed(difference.high)}; {answers})"
    )


def _amount(amount: float | None) -> str:
    return "not known" if amount is None else f"{amount:,.0f}"


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")
