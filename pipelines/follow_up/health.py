"""The health of accounts: a weighted mean of score, trend, open causes, cases and silence.

The weights and limits were set by hand: no data on customers who left was at hand to fit them to. The parts are shown
with the result, and revenue is shown beside it and never mixed into it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers
from pipelines.follow_up.answer_columns import NEVER, STATES, AnswerColumns, microseconds
from saywhy.case import CaseState
from saywhy.customer import AccountHealth, HealthBand, HealthParts

#: Weights of the parts. Those of parts that are not known are left out, and the others weigh more.
WEIGHTS = HealthParts(score=0.40, trend=0.20, causes=0.15, cases=0.10, silence=0.15)

#: An account below the first limit is at risk, below the second one to be watched.
AT_RISK, WATCH = 40.0, 70.0

#: An account that turns is so far beyond the limit between two bands; as much as about half a score point.
MARGIN = 3.0

#: As many of each make a part 0: points lost since the answer before, open causes, waves missed, days of silence.
WORST_TREND, MOST_CAUSES, MOST_WAVES, MOST_DAYS = 5.0, 3, 3, 365

#: Without waves, silence up to so many days is none.
FIRST_DAYS = 90

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class AccountHealths:
    """The health of A accounts at a time, as columns: arrays of shape (A,), with nan where something is not known.

    `open_complaints`, (M, 2), are the pairs of an account and an open cause, in order.
    """

    answers: AnswerColumns
    health: Floats  # 0 … 100
    parts: tuple[Floats, ...]  # in the order of `HealthParts`, each 0 … 1
    score: Floats
    trend: Floats
    open_complaints: Integers
    open_cases: Integers
    overdue_cases: Integers
    last_answer: Integers  # microseconds since the epoch, NEVER if no answer has a date
    days_silent: Integers
    waves_missed: Integers  # -1 where it is not known

    @classmethod
    def of(cls, answers: AnswerColumns, now: datetime) -> AccountHealths:
        """How accounts are at this time."""
        accounts, account, at = len(answers.accounts), answers.account, microseconds(now)

        def count(is_counted: NDArray[np.bool_]) -> Integers:
            return np.bincount(account[is_counted], minlength=accounts)

        def latest(values: Integers) -> Integers:
            return np.maximum.reduceat(values, answers.first) if accounts else np.zeros(0, np.int64)

        has_case, is_open = answers.state != NONE, answers.state == STATES.index(CaseState.OPEN)
        is_overdue = is_open & (answers.due_at < at)
        is_unended = is_open | (answers.state == STATES.index(CaseState.CONTACTED))
        last_answer, last_wave = latest(answers.answered_at), latest(answers.wave)
        days = np.maximum(at - np.where(last_answer == NEVER, at, last_answer), 0) // _DAY
        missed = np.where(last_wave == NONE, NONE, answers.waves - 1 - last_wave)
        score = _mean(answers.points, answers.is_latest & ~np.isnan(answers.points), account, accounts)
        changes = np.bincount(answers.changed_account, minlength=accounts)
        trend = _ratio(np.bincount(answers.changed_account, answers.change, minlength=accounts), changes)
        complaints = _open_complaints(answers)
        causes = np.bincount(complaints[:, 0], minlength=accounts)
        # Those of promoters do not count: that nobody has thanked them yet is no trouble of theirs.
        is_to_solve = has_case & ~answers.is_promoter
        parts = (
            score / 10,
            _within(0.5 + trend / (2 * WORST_TREND)),
            np.where(count(answers.is_latest & answers.has_comment) > 0, _lack(causes, MOST_CAUSES), np.nan),
            _cases_part(count(is_to_solve), count(is_to_solve & is_unended), count(is_to_solve & is_overdue)),
            _silence_part(missed, np.where(last_answer == NEVER, np.nan, days)),
        )
        return cls(
            answers=answers,
            health=np.where(np.isnan(score), np.nan, _weighted_mean(parts)),
            parts=parts,
            score=_mean(answers.points, answers.is_latest & answers.is_exact, account, accounts),
            trend=trend,
            open_complaints=complaints,
            open_cases=count(is_unended),
            overdue_cases=count(is_overdue),
            last_answer=last_answer,
            days_silent=days,
            waves_missed=missed,
        )

    def __len__(self) -> int:
        return len(self.health)

    def watch_order(self, bands: Collection[HealthBand] | None = None) -> Integers:
        """The accounts, or those in these bands, in the order of the watch list: the worst first, of equal ones that
        with the most revenue; unknown ones last.
        """
        health = self.health.tolist()
        rounded = np.array([0.0 if math.isnan(each) else round(each, 1) for each in health])
        order: Integers = np.lexsort((self.answers.revenue_rank, rounded, np.isnan(self.health)))
        if bands is None:
            return order
        is_wanted = np.array([not math.isnan(each) and band(each) in bands for each in health], bool)
        wanted: Integers = order[is_wanted[order]]
        return wanted

    def __getitem__(self, account: int) -> AccountHealth:
        """The health of one account."""
        answers, health = self.answers, _known(self.health[account])
        end = answers.first[account + 1] if account + 1 < len(self) else len(answers.account)
        rows = slice(answers.first[account], end)
        first, last = np.searchsorted(self.open_complaints[:, 0], (account, account + 1))
        moment = int(self.last_answer[account])
        missed = int(self.waves_missed[account])
        return AccountHealth(
            account=answers.accounts[account],
            is_personal=bool(answers.is_personal[rows].any()),
            health=health,
            band=None if health is None else band(health),
            parts=HealthParts(*(_known(part[account]) for part in self.parts)),
            score=_known(self.score[account]),
            trend=_known(self.trend[account]),
            open_causes=tuple(answers.causes[cause] for cause in self.open_complaints[first:last, 1].tolist()),
            open_cases=int(self.open_cases[account]),
            overdue_cases=int(self.overdue_cases[account]),
            answers=int(end - answers.first[account]),
            people=int(answers.is_latest[rows].sum()),
            last_answer=None if moment == NEVER else _EPOCH + moment * _MICROSECOND,
            days_silent=None if moment == NEVER else int(self.days_silent[account]),
            waves_missed=None if missed == NONE else missed,
            revenue=answers.revenue[account],
            lifetime_value=answers.lifetime_value[account],
        )

    def __iter__(self) -> Iterator[AccountHealth]:
        """The health of each account, in alphabetical order."""
        return map(self.__getitem__, range(len(self)))


def band(health: float) -> HealthBand:
    """The band of a health of 0 … 100."""
    if health < AT_RISK:
        return HealthBand.AT_RISK
    return HealthBand.WATCH if health < WATCH else HealthBand.HEALTHY


def band_since(health: float, before: HealthBand | None) -> HealthBand:
    """The band of an account that was in the band `before`, None if it is new.

    It leaves that band only where it is `MARGIN` beyond the limit, so that one that hovers at a limit does not turn
    again and again.
    """
    now = band(health)
    if before is None or now is before:
        return now
    order = list(HealthBand)
    return band(health + MARGIN if order.index(now) > order.index(before) else health - MARGIN)


def _open_complaints(answers: AnswerColumns) -> Integers:
    """Pairs (account, cause), (M, 2), in order: complaints of latest answers that nobody resolved."""
    is_resolved = answers.state[answers.complaint_answer] == STATES.index(CaseState.RESOLVED)
    accounts, causes = answers.account[answers.complaint_answer], answers.complaint_cause
    pairs = np.unique(accounts[~is_resolved] * len(answers.causes) + causes[~is_resolved])
    return np.stack(np.divmod(pairs, max(len(answers.causes), 1)), axis=1)


def _cases_part(to_solve: Integers, unended: Integers, overdue: Integers) -> Floats:
    """1 if all cases have ended, 0.5 while one is open, 0 while one is overdue; not known without a case."""
    part = np.where(overdue > 0, 0.0, np.where(unended > 0, 0.5, 1.0))
    return np.where(to_solve > 0, part, np.nan)


def _silence_part(missed: Integers, days: Floats) -> Floats:
    """By the waves that were missed; without waves by the days since the last answer."""
    by_days = _within(1 - (days - FIRST_DAYS) / (MOST_DAYS - FIRST_DAYS))
    return np.where(missed == NONE, by_days, _lack(missed, MOST_WAVES))


def _weighted_mean(parts: tuple[Floats, ...]) -> Floats:
    """0 … 100, over the parts that are known."""
    weighted, weights = np.zeros(len(parts[0])), np.zeros(len(parts[0]))
    for weight, part in zip(astuple(WEIGHTS), parts, strict=True):
        weighted += np.where(np.isnan(part), 0, weight * part)
        weights += np.where(np.isnan(part), 0, weight)
    return _ratio(100 * weighted, weights)


def _mean(values: Floats, is_counted: NDArray[np.bool_], account: Integers, accounts: int) -> Floats:
    """The mean, (accounts,), of those of the values, (N,), that are counted; nan where there is none."""
    sums = np.bincount(account[is_counted], values[is_counted], minlength=accounts)
    return _ratio(sums, np.bincount(account[is_counted], minlength=accounts))


def _ratio(sums: NDArray[np.number[Any]], counts: NDArray[np.number[Any]]) -> Floats:
    """The quotients; nan where the count is 0."""
    quotients: Floats = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    return quotients


def _lack(counts: Integers, most: int) -> Floats:
    """1 for none, 0 for `most` or more."""
    lack: Floats = 1 - np.minimum(counts, most) / most
    return lack


def _within(part: Floats) -> Floats:
    return np.clip(part, 0.0, 1.0)


def _known(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
