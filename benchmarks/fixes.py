"""How often a fix is called verified or regressed wrongly, and whether the points recovered contain the truth.

`python -m benchmarks.fixes [SHARE]` prints the tables of docs/explanation/impact.md ("Whether a fix worked"); SHARE
(1 by default) scales the number of simulated surveys. All data are simulated (`tests/builders/simulated_surveys.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from models.arrays import Floats
from pipelines.causes.fixes import fix_outcomes
from pipelines.impact.mention_counts import MentionCounts
from pipelines.impact.target_rate import DEFAULT_REDUCTION, compare_with_target
from saywhy.fix import Fix, FixOutcome, FixState
from saywhy.report import ALL_WAVES
from tests.builders.simulated_data import survey_data
from tests.builders.simulated_surveys import SimulatedSurvey

#: What remains of the rate of a cause after its fix: nothing has changed, the target, half of the target, nothing.
REMAINS = (1.0, DEFAULT_REDUCTION, DEFAULT_REDUCTION / 2, 0.0)

#: The cause that is fixed: a tenth of the responses name it, with a mean effect on satisfaction.
CAUSE = 3
SURVEY = SimulatedSurvey(blamed=(0.25, 0.2, 0.15, 0.1, 0.1, 0.1, 0.08, 0.08))

_STATES = (FixState.VERIFIED, FixState.REGRESSED)

_compare = cache(compare_with_target)  # the same counts are drawn again and again


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    remaining = " | ".join(f"{remains:.0%} remain" for remains in REMAINS)
    print(f"| responses before | after | {remaining} | 50% remain, target taken for certain |")
    print(f"|{'--:|' * (3 + len(REMAINS))}")
    for before, after in ((100, 30), (100, 300), (300, 100), (1_000, 30), (1_000, 300)):
        rates = [states(before, [after], remains, int(share * 2_000)) for remains in REMAINS]
        rates.append(states(before, [after], DEFAULT_REDUCTION, int(share * 2_000), is_certain=True))
        print(f"| {before:,} | {after:,} | {_cells(rates)} |", flush=True)
    rates = [states(300, [50] * 8, remains, int(share * 1_000)) for remains in REMAINS]
    rates.append(states(300, [50] * 8, DEFAULT_REDUCTION, int(share * 1_000), is_certain=True))
    print(f"| 300 | 8 times 50, looked at each time | {_cells(rates)} |", flush=True)
    print(f"\n| answers of a customer | {remaining} |\n|{'--:|' * (1 + len(REMAINS))}")
    for answers in (1, 3):
        rates = [states_by_customer(answers, remains, int(share * 1_000)) for remains in REMAINS]
        print(f"| {answers} | {_cells(rates)} |", flush=True)
    print(f"\n| responses before | after | {remaining} | mean width |\n|{'--:|' * (3 + len(REMAINS))}")
    for before, after in ((300, 20), (300, 60), (300, 300), (1_000, 100), (1_000, 1_000)):
        measured = np.array([coverage(before, after, remains, int(share * 400)) for remains in REMAINS])
        covered = " | ".join(f"{rate:.1%}" for rate in measured[:, 0])
        print(f"| {before:,} | {after:,} | {covered} | {measured[:, 1].mean():.1f} |", flush=True)


def _cells(rates: Sequence[Floats]) -> str:
    """Verified / regressed."""
    return " | ".join(" / ".join(f"{rate:.1%}" for rate in pair) for pair in rates)


def states(before: int, waves: Sequence[int], remains: float, surveys: int, *, is_certain: bool = False) -> Floats:
    """The share of fixes that are called verified, and regressed, after any of the waves: (2,).

    `is_certain`: half of the rate that was found before is the target, as if a person had given it.
    """
    generator = np.random.default_rng(before + sum(waves))
    rate = SURVEY.blamed[CAUSE]
    said = np.zeros((surveys, 2), dtype=bool)
    for survey in range(surveys):
        earlier = MentionCounts(int(generator.binomial(before, rate)), before)
        target = DEFAULT_REDUCTION * earlier.mentions / before if is_certain else None
        mentions = np.cumsum(generator.binomial(waves, rate * remains)).tolist()
        for named, responses in zip(mentions, np.cumsum(waves).tolist(), strict=True):
            state = _compare(earlier, MentionCounts(named, responses), target or None).state
            said[survey] |= [state is other for other in _STATES]
    return np.asarray(said.mean(axis=0), dtype=np.float64)


def states_by_customer(answers: int, remains: float, surveys: int) -> Floats:
    """The share of fixes called verified and regressed, with 300 responses before and after: (2,).

    Every customer gives so many answers in each period.
    """
    said = [outcome(300, 300, remains, seed, answers).state for seed in range(surveys)]
    return np.array([said.count(state) / surveys for state in _STATES])


def coverage(before: int, after: int, remains: float, surveys: int) -> tuple[float, float]:
    """The share of intervals of the points recovered that contain the truth, and their mean width in points."""
    cost = [survey.truth(400_000)[CAUSE] for survey in (SURVEY, _after(remains))]
    recovered = [outcome(before, after, remains, seed).recovered for seed in range(surveys)]
    stated = [estimate for estimate in recovered if estimate is not None]
    covered = [estimate.low <= cost[0] - cost[1] <= estimate.high for estimate in stated]
    return float(np.mean(covered)), float(np.mean([estimate.high - estimate.low for estimate in stated]))


def outcome(before: int, after: int, remains: float, seed: int, answers: int = 1) -> FixOutcome:
    """What a report says of the fix, from so many responses before and after it."""
    surveys = [replace(survey, answers=answers) for survey in (SURVEY, _after(remains))]
    drawn = [survey.draw(n, 2 * seed + at) for at, (survey, n) in enumerate(zip(surveys, (before, after), strict=True))]
    scores = np.concatenate([drawn_scores for drawn_scores, _, _ in drawn])
    blamed = np.vstack([named.toarray() for _, named, _ in drawn])
    praised = np.vstack([named.toarray() for _, _, named in drawn])
    unpraised = np.zeros((len(scores), blamed.shape[1] - praised.shape[1]), dtype=bool)
    customer = np.arange(before + after) // answers
    wave = np.repeat([0, 1], [before, after])
    data = survey_data(scores, blamed, np.hstack([praised, unpraised]), wave, account=customer)
    [fixed] = fix_outcomes(data, ALL_WAVES, [Fix(str(data.causes[CAUSE].key), data.waves[1])])
    return fixed


def _after(remains: float) -> SimulatedSurvey:
    """The survey after the fix. A rate of 0 has no quantile, so one in a billion stands for it."""
    rates = list(SURVEY.blamed)
    rates[CAUSE] *= max(remains, 1e-9)
    return replace(SURVEY, blamed=tuple(rates))


if __name__ == "__main__":
    main()
