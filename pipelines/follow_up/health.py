"""The health of accounts: a weighted mean of score, trend, open causes, cases and silence.

The weights and limits were set by hand: no data on customers who left was at hand to fit them to. The parts are shown
with the result, and revenue is shown beside it and never mixed into it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from statistics import fmean

from saywhy.case import CaseState
from saywhy.customer import AccountHealth, Answer, HealthBand, HealthParts
from saywhy.feedback import Group, Scale, Score

#: Weights of the parts. Those of parts that are not known are left out, and the others weigh more.
WEIGHTS = HealthParts(score=0.40, trend=0.20, causes=0.15, cases=0.10, silence=0.15)

_WEIGHTS: list[tuple[str, float]] = list(asdict(WEIGHTS).items())

#: An account below the first limit is at risk, below the second one to be watched.
AT_RISK, WATCH = 40.0, 70.0

#: An account that turns is so far beyond the limit between two bands; as much as about half a score point.
MARGIN = 3.0

#: As many of each make a part 0: points lost since the answer before, open causes, waves missed, days of silence.
WORST_TREND, MOST_CAUSES, MOST_WAVES, MOST_DAYS = 5.0, 3, 3, 365

#: Without waves, silence up to so many days is none.
FIRST_DAYS = 90

#: The score that stands for a respondent of whom only the group is known: the middle of the group.
_OF_GROUP = {Group.DETRACTOR: 3.0, Group.PASSIVE: 7.5, Group.PROMOTER: 9.5}


def healths(
    answers: Iterable[Answer], waves: Sequence[str], complaints: Mapping[str, Collection[str]], now: datetime
) -> Iterator[AccountHealth]:
    """The health of each account, in order of its name.

    `waves` in their order; `complaints`: keys of the causes that a comment, by content hash, complains of and that are
    not fixed.
    """
    order = {wave: position for position, wave in enumerate(waves)}
    by_account = defaultdict[str, list[Answer]](list)
    for answer in answers:
        by_account[answer.account].append(answer)
    for account, of_account in sorted(by_account.items()):
        yield account_health(account, sorted(of_account, key=_time), order, complaints, now)


def account_health(
    account: str,
    answers: Sequence[Answer],
    wave_order: Mapping[str, int],
    complaints: Mapping[str, Collection[str]],
    now: datetime,
) -> AccountHealth:
    """The health of one account from its answers, in order of time."""
    latest, changes = _by_person(answers)
    scores = [_points(answer.score) for answer in latest if answer.score is not None and answer.score.scale.is_nps]
    open_causes = {
        cause
        for answer in latest
        if answer.content_hash and answer.case_state is not CaseState.RESOLVED
        for cause in complaints.get(answer.content_hash, ())
    }
    open_cases = [answer for answer in answers if _is_open(answer)]
    overdue = [answer for answer in open_cases if _is_overdue(answer, now)]
    last_answer = max((answer.answered_at for answer in answers if answer.answered_at), default=None)
    days = None if last_answer is None else max((now - last_answer).days, 0)
    places = [wave_order[answer.wave] for answer in answers if answer.wave is not None and answer.wave in wave_order]
    missed = len(wave_order) - 1 - max(places) if places else None
    trend = fmean(changes) if changes else None
    parts = HealthParts(
        score=fmean(scores) / 10 if scores else None,
        trend=None if trend is None else _within(0.5 + trend / (2 * WORST_TREND)),
        causes=_causes_part(latest, open_causes),
        cases=_cases_part(answers, now),
        silence=_silence_part(missed, days),
    )
    health = _weighted_mean(parts) if parts.score is not None else None
    exact = [answer.score.value for answer in latest if answer.score and answer.score.scale is Scale.NPS]
    return AccountHealth(
        account=account,
        is_personal=any(answer.is_personal for answer in answers),
        health=health,
        band=None if health is None else band(health),
        parts=parts,
        score=fmean(exact) if exact else None,
        trend=trend,
        open_causes=tuple(sorted(open_causes)),
        open_cases=len(open_cases),
        overdue_cases=len(overdue),
        answers=len(answers),
        people=len(latest),
        last_answer=last_answer,
        days_silent=days,
        waves_missed=missed,
        revenue=_latest_amount([answer.revenue for answer in answers]),
        lifetime_value=_latest_amount([answer.lifetime_value for answer in answers]),
    )


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


def watch_order(health: AccountHealth) -> tuple[bool, float, Decimal, str]:
    """The order of the watch list: the worst first, of equal ones that with the most revenue; unknown ones last."""
    known = health.health is not None
    return not known, round(health.health or 0.0, 1), -(health.revenue or Decimal(0)), health.account


def _by_person(answers: Sequence[Answer]) -> tuple[list[Answer], list[float]]:
    """The latest answer of each person, and the last change of the score of each who gave more than one."""
    latest: dict[str, Answer] = {}
    scores: dict[str, list[float]] = {}
    for answer in answers:
        latest[answer.person] = answer
        if answer.score is not None and answer.score.scale.is_nps:
            scores.setdefault(answer.person, []).append(_points(answer.score))
    return list(latest.values()), [given[-1] - given[-2] for given in scores.values() if len(given) > 1]


def _points(score: Score) -> float:
    """The score on 0-10."""
    return float(score.value) if score.scale is Scale.NPS else _OF_GROUP[score.group or Group.PASSIVE]


def _causes_part(latest: Sequence[Answer], open_causes: Collection[str]) -> float | None:
    """Less with each open cause; None where the latest answers have no comment."""
    if all(answer.content_hash is None for answer in latest):
        return None
    return 1 - min(len(open_causes), MOST_CAUSES) / MOST_CAUSES


def _cases_part(answers: Sequence[Answer], now: datetime) -> float | None:
    """1 if all cases have ended, 0.5 while one is open, 0 while one is overdue; None without a case.

    Cases of promoters do not count: that nobody has thanked them yet is no trouble of theirs.
    """
    to_solve = [answer for answer in answers if answer.case_state and not _is_promoter(answer)]
    if not to_solve:
        return None
    if any(_is_overdue(answer, now) for answer in to_solve):
        return 0.0
    return 0.5 if any(_is_open(answer) for answer in to_solve) else 1.0


def _silence_part(missed: int | None, days: int | None) -> float | None:
    """By the waves that were missed; without waves by the days since the last answer."""
    if missed is not None:
        return 1 - min(missed, MOST_WAVES) / MOST_WAVES
    return None if days is None else _within(1 - (days - FIRST_DAYS) / (MOST_DAYS - FIRST_DAYS))


def _is_promoter(answer: Answer) -> bool:
    return answer.score is not None and answer.score.group is Group.PROMOTER


def _is_open(answer: Answer) -> bool:
    return answer.case_state is not None and not answer.case_state.is_final


def _is_overdue(answer: Answer, now: datetime) -> bool:
    return answer.case_state is CaseState.OPEN and answer.case_due_at is not None and answer.case_due_at < now


def _weighted_mean(parts: HealthParts) -> float:
    """0 … 100, over the parts that are known."""
    known: list[tuple[float, float]] = [
        (weight, value) for name, weight in _WEIGHTS if (value := getattr(parts, name)) is not None
    ]
    return 100 * sum(weight * value for weight, value in known) / sum(weight for weight, _ in known)


def _within(part: float) -> float:
    return min(1.0, max(0.0, part))


def _latest_amount(amounts: Sequence[Decimal | None]) -> Decimal | None:
    return next((amount for amount in reversed(amounts) if amount is not None), None)


def _time(answer: Answer) -> tuple[float, int]:
    """When an answer was given; those without a date come first."""
    return answer.answered_at.timestamp() if answer.answered_at else 0.0, answer.response_id
