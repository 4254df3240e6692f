"""Quality of the impact where the truth is known: coverage, order, false findings, false alarms, time and memory.

`python -m benchmarks.impact [SHARE]` prints the Markdown tables of docs/explanation/impact.md; SHARE (1 by
default) scales the number of simulated surveys. All data are simulated (`tests/builders/simulated_surveys.py`).
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import spearmanr

from benchmarks import true_model
from models.arrays import Floats
from pipelines.change.alerts import FALSE_ALARM_RATE, corrected_p_values
from pipelines.impact.design import Controls
from pipelines.impact.effect_prior import EffectPrior
from pipelines.impact.estimates import QUARTILE, measure
from pipelines.impact.leave_out import leave_out
from pipelines.impact.nps import by_group, nps_of, points_of
from pipelines.impact.shapley import points_lost
from saywhy.estimate import Impact
from tests.builders.simulated_surveys import THRESHOLDS, Scores, SimulatedSurvey, random_effects

SURVEY = SimulatedSurvey()

#: Seeds of the simulations of alerts. The constant `pipelines.change.alerts._OVERDISPERSION_MARGIN` was chosen on seed
#: 7, so these are independent of it.
ALERT_SEEDS = (101, 102, 103)

#: Estimate and lower end of a cause that nobody names: it comes last.
_UNNAMED = -200.0

_Drawn = tuple[Scores, sparse.csr_array, sparse.csr_array]

OVERLAPS = {"none": 0.0, "some": 0.7, "strong": 1.5, "very strong": 3.0}


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    print("| responses | NPS | leave-out | Shapley | recoverable | recoverable, 30 mentions and more |")
    print("|--:|--:|--:|--:|--:|--:|")
    for responses, surveys in ((300, 500), (1_000, 500), (10_000, 300)):
        rates = coverage(responses, int(share * surveys))
        print(f"| {responses:,} | " + " | ".join(f"{rate:.1%}" for rate in rates) + " |", flush=True)
    print("\n| answers of a customer | responses | NPS | leave-out | Shapley | recoverable |")
    print("|--:|--:|--:|--:|--:|--:|")
    for answers, responses in ((2, 300), (2, 1_000), (5, 300), (5, 1_000)):
        before, after = (
            coverage(responses, int(share * 200), answers, by_customer=by_customer) for by_customer in (False, True)
        )
        cells = [f"{plain:.1%} → {clustered:.1%}" for plain, clustered in zip(before[:4], after[:4], strict=True)]
        print(f"| {answers} | {responses:,} | " + " | ".join(cells) + " |", flush=True)
    print(
        "\n| overlap | responses | Spearman with the truth: saywhy | the true model | leave-out "
        "| true top 3 found: saywhy | the true model | leave-out | of their points |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name, overlap in OVERLAPS.items():
        for responses in (1_000, 10_000):
            quality = order(overlap, responses, int(share * 100))
            cells = [*(f"{value:.3f}" for value in quality[:3]), *(f"{value:.1%}" for value in quality[3:])]
            print(f"| {name} | {responses:,} | " + " | ".join(cells) + " |", flush=True)
    print("\n| overlap | responses | by the lower end | significant first, then by the lower quartile |")
    print("|---|--:|--:|--:|")
    for name, overlap in OVERLAPS.items():
        for responses in (100, 300, 1_000):
            before, after = order_by_rule(overlap, responses, int(share * 100))
            print(f"| {name} | {responses:,} | {before:.3f} | {after:.3f} |", flush=True)
    print("\n| causes without effect | responses | surveys with any significant cause |\n|--:|--:|--:|")
    for causes in (10, 40):
        for responses in (300, 1_000, 10_000):
            rate = false_findings(causes, responses, int(share * 300))
            print(f"| {causes} | {responses:,} | {rate:.1%} |", flush=True)
    print("\n| waves before | rates vary by | quiet waves with any alert | doubled cause found |\n|--:|--:|--:|--:|")
    for waves in (4, 6, 8):
        for spread in (0.0, 0.15, 0.25):
            rates = np.mean([alerts(waves, spread, int(share * 1000), seed) for seed in ALERT_SEEDS], axis=0).tolist()
            print(f"| {waves} | {spread:.0%} | {rates[0]:.1%} | {rates[1]:.1%} |", flush=True)
    print("\n| responses | CPU seconds, all three with intervals | peak memory |\n|--:|--:|--:|")
    for responses in (10_000, 100_000, 1_000_000):
        seconds = cpu_seconds(responses)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"| {responses:,} | {seconds:.1f} | {memory:.1f} GB |", flush=True)


def ranking(
    scores: Scores,
    blamed: sparse.csr_array,
    praised: sparse.csr_array,
    customer: NDArray[np.int32] | None = None,
    prior: EffectPrior | None = None,
) -> list[Impact]:
    """The complaints in order; the keys are their columns."""
    keys = [[str(column) for column in range(side.shape[1])] for side in (blamed, praised)]
    return measure(scores, blamed, praised, *keys, customer=customer, prior=prior)[0]


def coverage(responses: int, surveys: int, answers: int = 1, *, by_customer: bool = True) -> list[float]:
    """Share of the intervals that contain the truth, if every customer gives so many answers.

    Of the NPS, leave-out, Shapley and recoverable points, and of the last for causes with 30 mentions and more. Unless
    `by_customer`, the answers of a customer are taken to be independent.
    """
    score, difference, shares, recoverable = _truth()
    survey = replace(SURVEY, answers=answers)
    customer = survey.customer(responses) if by_customer else None
    is_covered: list[list[bool]] = [[], [], [], [], []]
    for seed in range(surveys):
        scores, blamed, praised = survey.draw(responses, 1000 + seed)
        overall = nps_of(points_of(scores), customer)
        assert overall is not None
        is_covered[0].append(overall.low <= score <= overall.high)
        for impact in ranking(scores, blamed, praised, customer):
            cause = int(impact.key)
            assert impact.leave_out is not None
            assert impact.shapley is not None
            is_covered[1].append(impact.leave_out.low <= difference[cause] <= impact.leave_out.high)
            is_covered[2].append(impact.shapley.low <= shares[cause] <= impact.shapley.high)
            is_covered[3].append(impact.low <= recoverable[cause] <= impact.high)
            if not impact.few_mentions:
                is_covered[4].append(is_covered[3][-1])
    return [float(np.mean(covered)) for covered in is_covered]


@cache
def _truth() -> tuple[float, Floats, Floats, Floats]:
    """The NPS, and what each complaint costs by leave-out, Shapley and recoverable points."""
    scores, blamed, praised = SURVEY.draw(2_000_000, 1)
    points = points_of(scores)
    groups = by_group(points).astype(np.int64)
    difference = leave_out(blamed.astype(np.int64).T @ groups, groups.sum(axis=0))[0]
    columns = sparse.csr_array(sparse.hstack([blamed, praised], format="csr"))
    return float(points.mean()), difference, points_lost(points, columns).points, SURVEY.truth(2_000_000)


def order(overlap: float, responses: int, surveys: int) -> Floats:
    """Spearman's correlation of the order with the truth, and the share of the true top 3 that is in the first 3.

    Of saywhy, of maximum likelihood in the model that the surveys are drawn from (`benchmarks.true_model`) and of
    leave-out, all by the rule of `positions`. The last number is the share of the points of the true top 3
    that saywhy's first 3 have. Every survey has its own random effects, near ties included.
    """
    rows = []
    for seed in range(surveys):
        truth, drawn, saywhy = _ordered_survey(seed, overlap, responses)
        leave_out_ends = np.full((2, len(truth)), _UNNAMED)
        for impact in ranking(*drawn):
            assert impact.leave_out is not None
            leave_out_ends[:, int(impact.key)] = impact.leave_out.value, impact.leave_out.low
        orders = [positions(*saywhy), *(positions(*ends) for ends in (true_model.estimates(*drawn), leave_out_ends))]
        top = set(np.argsort(-truth)[:3].tolist())
        first = [set(np.argsort(-positions, kind="stable")[:3].tolist()) for positions in orders]
        points = truth[list(first[0])].sum() / truth[list(top)].sum()
        correlations = (spearmanr(positions, truth).statistic for positions in orders)
        rows.append([*correlations, *(len(top & leaders) / 3 for leaders in first), points])
    return np.asarray(np.mean(rows, axis=0), dtype=np.float64)


def order_by_rule(overlap: float, responses: int, surveys: int) -> Floats:
    """Spearman's correlation with the truth, by the lower end alone and as causes are ordered."""
    rows = []
    for seed in range(surveys):
        truth, _, (value, low, significant) = _ordered_survey(seed, overlap, responses)
        orders = (low, positions(value, low, significant))
        rows.append([spearmanr(positions, truth).statistic for positions in orders])
    return np.asarray(np.mean(rows, axis=0), dtype=np.float64)


def _ordered_survey(seed: int, overlap: float, responses: int) -> tuple[Floats, _Drawn, tuple[Floats, Floats, Floats]]:
    """The true points (K,), a survey, and what saywhy makes of it: impact, lower end and significance (1 or 0)."""
    survey = random_effects(seed, overlap)
    truth = survey.truth(60_000, seed)
    truth[np.array(survey.costs) == 0] = 0
    drawn = survey.draw(responses, 5000 + seed)
    ends = np.full((3, len(truth)), [[_UNNAMED], [_UNNAMED], [0]])
    for impact in ranking(*drawn):
        ends[:, int(impact.key)] = impact.impact, impact.low, impact.significant
    return truth, drawn, (ends[0], ends[1], ends[2])


def positions(value: Floats, low: Floats, significant: Floats | None = None) -> Floats:
    """Numbers (K,) that order causes as `pipelines.impact.estimates.ranked` does, the first the highest.

    Without `significant`, causes are significant whose interval is above 0.
    """
    first = low > 0 if significant is None else significant > 0
    return np.where(first, 1000 + low, value - QUARTILE * (value - low))


def false_findings(causes: int, responses: int, surveys: int) -> float:
    """Share of surveys in which any cause is called significant though none has an effect."""
    rates = tuple(np.geomspace(0.02, 0.25, causes).tolist())
    survey = SimulatedSurvey(rates, (0.0,) * causes, (0.1,), (0.0,), overlap=0.7)
    return float(
        np.mean(
            [any(impact.significant for impact in ranking(*survey.draw(responses, seed))) for seed in range(surveys)]
        )
    )


def alerts(before: int, spread: float, waves: int, seed: int) -> tuple[float, float]:
    """Share of quiet waves with an alert, and how often a cause that doubled from one in twenty is found: 40 causes.

    `spread` is the standard deviation of the log rates between waves.
    """
    generator = np.random.default_rng(seed)
    rates = np.geomspace(0.004, 0.2, 40)
    rates[20] = 0.05
    false_alarms = detections = 0
    for _ in range(waves):
        responses = generator.integers(300, 900, before + 1)
        varied = np.minimum(rates[:, None] * np.exp(spread * generator.normal(size=(40, before + 1))), 1)
        mentions = generator.binomial(responses, varied)
        false_alarms += bool((corrected_p_values(mentions, responses) <= FALSE_ALARM_RATE).any())
        mentions[20, -1] = generator.binomial(responses[-1], 0.1)
        detections += bool(corrected_p_values(mentions, responses)[20] <= FALSE_ALARM_RATE)
    return false_alarms / waves, detections / waves


def cpu_seconds(responses: int) -> float:
    """CPU seconds for 40 themes by two polarities, two dimensions of segments, four waves, two answers a customer."""
    generator = np.random.default_rng(1)

    def named(mentions: float) -> sparse.csr_array:
        cells = generator.integers(0, [[responses], [40]], (2, int(mentions * responses)))
        return sparse.csr_array((np.ones(cells.shape[1], dtype=bool), tuple(cells)), (responses, 40))

    blamed, praised = named(1.5), named(0.7)
    bounds = ((0, 4), (4, 9), (9, 15))
    columns = np.stack([generator.integers(first, last, responses) for first, last in bounds], axis=1)
    cells = (np.ones(columns.size, dtype=bool), columns.ravel(), np.arange(responses + 1) * 3)
    controls = Controls.of(sparse.csr_array(cells, (responses, 15)), list("wwwwsssssssssss"[:15]))
    satisfaction = 0.8 - blamed @ generator.uniform(0, 1.5, 40) + generator.logistic(size=responses)
    scores = np.searchsorted(THRESHOLDS, satisfaction).astype(np.int8)
    keys = [str(column) for column in range(40)]
    customer = np.arange(responses, dtype=np.int32) // 2
    start = time.process_time()
    measure(scores, blamed, praised, keys, keys, controls=controls, customer=customer)
    return time.process_time() - start


if __name__ == "__main__":
    main()
