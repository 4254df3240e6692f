"""What came of the waves of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.arrays import Integers
from pipelines.impact.nps import nps_of
from pipelines.planning.balance import balance, r_indicator, wilson
from pipelines.planning.weighting import weighted_nps
from saywhy.wave_plan import PlanDesign, PlannedCustomer, PlannedWave
from saywhy.wave_response import Respondent, StratumResponse, WaveResponse


@dataclass(frozen=True, slots=True)
class _Counts:
    """Customers of each stratum, (strata,) each: of the list, asked in the wave, and those of them who answered."""

    listed: Integers
    asked: Integers
    answered: Integers


@dataclass(frozen=True, slots=True)
class _Answers:
    """Stratum, points and account of each answer with a score, (N,) each; an unknown account is -1."""

    stratum: Integers
    points: NDArray[np.int8]
    account: NDArray[np.int32]


def measure(
    design: PlanDesign, customers: Sequence[PlannedCustomer], respondents: Mapping[str, Respondent], today: date
) -> tuple[WaveResponse, ...]:
    """What came of each wave; `respondents` are those who answered the wave that they were asked in, by id."""
    strata = sorted({customer.stratum for customer in customers})
    number_of = {stratum: number for number, stratum in enumerate(strata)}
    listed = np.bincount([number_of[customer.stratum] for customer in customers], minlength=len(strata))
    members: dict[str, list[PlannedCustomer]] = {wave.name: [] for wave in design.waves}
    for customer in customers:
        if customer.wave is not None:
            members[customer.wave].append(customer)
    accounts = {name: number for number, name in enumerate({one.account for one in respondents.values()} - {None})}

    def numbers(some: Iterable[PlannedCustomer]) -> Integers:
        return np.array([number_of[customer.stratum] for customer in some], dtype=np.int64)

    result = []
    for wave in design.waves:
        answered = [customer for customer in members[wave.name] if customer.id in respondents]
        scored = [customer for customer in answered if respondents[customer.id].points is not None]
        points = np.array([respondents[customer.id].points for customer in scored], dtype=np.int8)
        account = [accounts.get(respondents[customer.id].account, -1) for customer in scored]
        size = len(strata)
        counts = _Counts(
            listed,
            np.bincount(numbers(members[wave.name]), minlength=size),
            np.bincount(numbers(answered), minlength=size),
        )
        answers = _Answers(numbers(scored), points, np.array(account, dtype=np.int32))
        result.append(_response(wave, design.dimensions, strata, counts, answers, is_sent=wave.send_on <= today))
    return tuple(result)


def _response(
    wave: PlannedWave,
    dimensions: Sequence[str],
    strata: Sequence[tuple[str, ...]],
    counts: _Counts,
    answers: _Answers,
    *,
    is_sent: bool,
) -> WaveResponse:
    asked, answered = int(counts.asked.sum()), int(counts.answered.sum())
    weighted = weighted_nps(counts.listed, answers.stratum, answers.points, answers.account)
    arrays = (counts.listed, counts.asked, counts.answered)
    return WaveResponse(
        wave.name,
        wave.send_on,
        is_sent,
        asked,
        answered,
        rate=wilson(answered, asked) if is_sent else None,
        r_indicator=r_indicator(*arrays) if is_sent else None,
        nps=nps_of(answers.points, answers.account),
        weighted_nps=weighted.nps if weighted else None,
        effective_answers=weighted.effective_answers if weighted else None,
        strata=tuple(
            StratumResponse(
                stratum,
                of_list,
                of_asked,
                of_answered,
                wilson(of_answered, of_asked) if is_sent else None,
                of_list / of_asked if of_asked else None,
                float(weighted.weights[number]) if weighted else None,
            )
            for number, (stratum, of_list, of_asked, of_answered) in enumerate(
                zip(strata, *(array.tolist() for array in arrays), strict=True)
            )
        ),
        balance=balance(dimensions, strata, *arrays) if is_sent else (),
    )
