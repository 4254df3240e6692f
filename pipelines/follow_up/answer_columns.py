"""Answers of customers as columns: the health of many accounts is computed from them at once, at any time."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers
from saywhy.case import CaseState
from saywhy.customer import Answer
from saywhy.feedback import Group, Scale, Score

STATES = tuple(CaseState)

#: The time of what has none, in microseconds: before every other one.
NEVER = np.iinfo(np.int64).min

_MICROSECONDS = 1_000_000

#: The score that stands for a respondent of whom only the group is known: the middle of the group.
_OF_GROUP = {Group.DETRACTOR: 3.0, Group.PASSIVE: 7.5, Group.PROMOTER: 9.5}

_STATE_CODES: dict[CaseState | None, int] = {None: NONE} | {state: code for code, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """N answers of A accounts, sorted by account, then by time: those without a date come first, equal ones by id.

    Times are microseconds since the epoch. `complaint_account` and `complaint_cause`, (M,), are the complaints in the
    latest answer of each person, `complaint_answer` which answer that is.
    """

    accounts: tuple[str, ...]  # (A,) in alphabetical order
    first: Integers  # (A,) the first answer of each account
    account: Integers  # (N,) into accounts
    points: Floats  # (N,) the score on 0-10, nan without one that gives an NPS
    is_exact: NDArray[np.bool_]  # (N,) it was given on 0-10
    is_promoter: NDArray[np.bool_]  # (N,)
    is_latest: NDArray[np.bool_]  # (N,) the last one of a person of the account
    has_comment: NDArray[np.bool_]  # (N,)
    is_personal: NDArray[np.bool_]  # (N,)
    answered_at: Integers  # (N,) NEVER where it is not known
    wave: Integers  # (N,) into the waves of the survey, -1 for none
    state: NDArray[np.int8]  # (N,) of the case, into STATES, -1 without one
    due_at: Integers  # (N,) of the case, NEVER without one
    changed_account: Integers  # (C,) the account of each person who gave more than one score
    change: Floats  # (C,) the last change of that person's score
    causes: tuple[str, ...]  # keys of complaints, in alphabetical order
    complaint_answer: Integers
    complaint_cause: Integers  # into causes
    revenue: tuple[Decimal | None, ...]  # (A,) annual, the latest known
    lifetime_value: tuple[Decimal | None, ...]  # (A,)
    revenue_rank: Integers  # (A,) the rank of each account among them, 0 for the most revenue, equal for equal ones
    waves: int

    @classmethod
    def of(
        cls, answers: Iterable[Answer], waves: Sequence[str], complaints: Mapping[str, Collection[str]]
    ) -> AnswerColumns:
        """Read answers as a stream. `waves` and `complaints` as in `pipelines.follow_up.health.healths`."""
        rows = list(zip(*answers, strict=True)) or [()] * len(Answer._fields)
        ids, names, is_personal, people, scores, moments, in_waves, revenues, values, hashes, states, due, _ = rows
        accounts = sorted(set(names))
        index = {name: number for number, name in enumerate(accounts)}
        account = np.array([index[name] for name in names], np.int64)
        answered_at = _microseconds(moments)
        # Those without a date count as of the epoch.
        order = np.lexsort((np.array(ids, np.int64), np.where(answered_at == NEVER, 0, answered_at), account))
        numbers = order.tolist()
        account, answered_at = account[order], answered_at[order]
        numbered: dict[tuple[str, str], int] = {}
        pairs = zip(names, people, strict=True)
        person = np.array([numbered.setdefault(pair, len(numbered)) for pair in pairs], np.int64)[order]
        is_latest = np.zeros(len(order), bool)
        latest = np.full(len(numbered), NONE)
        np.maximum.at(latest, person, np.arange(len(order)))
        is_latest[latest] = True
        score_index: dict[Score | None, int] = {}
        given = np.array([score_index.setdefault(score, len(score_index)) for score in scores], np.int64)[order]
        points = np.array([_points(score) for score in score_index], float)[given]
        exact = np.array([score is not None and score.scale is Scale.NPS for score in score_index], bool)
        changed, change = _changes(points, person)
        wave_index = {wave: number for number, wave in enumerate(waves)}
        causes = sorted({cause for of_comment in complaints.values() for cause in of_comment})
        cause_index = {cause: number for number, cause in enumerate(causes)}
        complained = [
            (row, cause_index[cause])
            for row in np.flatnonzero(is_latest).tolist()
            for cause in complaints.get(hashes[numbers[row]] or "", ())
        ]
        complaint = np.array(complained, np.int64).reshape(-1, 2)
        revenue = _latest_amounts([revenues[number] for number in numbers], account, len(accounts))
        return cls(
            accounts=tuple(accounts),
            first=np.searchsorted(account, np.arange(len(accounts))),
            account=account,
            points=points,
            is_exact=exact[given],
            is_promoter=points >= 9,
            is_latest=is_latest,
            has_comment=np.array([content_hash is not None for content_hash in hashes], bool)[order],
            is_personal=np.array(is_personal, bool)[order],
            answered_at=answered_at,
            wave=np.array([wave_index.get(wave, NONE) for wave in in_waves], np.int64)[order],
            state=np.array([_STATE_CODES[state] for state in states], np.int8)[order],
            due_at=_microseconds(due)[order],
            changed_account=account[changed],
            change=change,
            causes=tuple(causes),
            complaint_answer=complaint[:, 0],
            complaint_cause=complaint[:, 1],
            revenue=revenue,
            lifetime_value=_latest_amounts([values[number] for number in numbers], account, len(accounts)),
            revenue_rank=_ranks([amount or Decimal(0) for amount in revenue]),
            waves=len(waves),
        )


def microseconds(moment: datetime) -> int:
    """Microseconds since the epoch."""
    return round(moment.timestamp() * _MICROSECONDS)


def _microseconds(moments: Sequence[datetime | None]) -> Integers:
    """Microseconds since the epoch, `NEVER` for None."""
    seconds = np.array([np.nan if moment is None else moment.timestamp() for moment in moments], float)
    is_known = ~np.isnan(seconds)
    times = np.full(len(moments), NEVER)
    times[is_known] = np.rint(seconds[is_known] * _MICROSECONDS).astype(np.int64)
    return times


def _points(score: Score | None) -> float:
    """The score on 0-10; nan without one that gives an NPS."""
    if score is None or not score.scale.is_nps:
        return math.nan
    return float(score.value) if score.scale is Scale.NPS else _OF_GROUP[score.group or Group.PASSIVE]


def _changes(points: Floats, person: Integers) -> tuple[Integers, Floats]:
    """The last score, as a row, of each person who gave more than one, and by how much it differs from the one before.

    `points` and `person`, (N,), are in order of time.
    """
    scored = np.flatnonzero(~np.isnan(points))
    scored = scored[np.argsort(person[scored], kind="stable")]
    is_same = person[scored][1:] == person[scored][:-1]
    is_last = np.append(~is_same[1:], True)
    later = np.flatnonzero(is_same & is_last) + 1
    last, before = scored[later], scored[later - 1]
    return last, points[last] - points[before]


def _latest_amounts(amounts: Sequence[Decimal | None], account: Integers, accounts: int) -> tuple[Decimal | None, ...]:
    """The last amount that is known of each account."""
    latest: list[Decimal | None] = [None] * accounts
    for number, amount in zip(account.tolist(), amounts, strict=True):
        if amount is not None:
            latest[number] = amount
    return tuple(latest)


def _ranks(amounts: Sequence[Decimal]) -> Integers:
    """The rank of each amount among the different ones, 0 for the largest."""
    ranks = {amount: rank for rank, amount in enumerate(sorted(set(amounts), reverse=True))}
    return np.array([ranks[amount] for amount in amounts], np.int64)
