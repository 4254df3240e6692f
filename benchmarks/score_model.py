"""What the eleven scores and earlier waves add to the order of causes, and whether the intervals hold.

`python -m benchmarks.score_model [SHARE]` prints the tables "Score model" of docs/benchmarks.md; SHARE (1 by default)
scales the number of simulated surveys. All data are simulated (`tests/builders/simulated_surveys.py`).
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.stats import spearmanr

from benchmarks import true_model
from benchmarks.impact import OVERLAPS, positions, ranking
from models.arrays import Floats
from pipelines.causes.earlier_waves import BETWEEN_WAVES_SD, later
from pipelines.impact.design import aggregated, design_matrix
from pipelines.impact.effect_prior import EffectPrior
from pipelines.impact.score_model import fit
from saywhy.estimate import Impact
from tests.builders.simulated_surveys import Scores, SimulatedSurvey, random_effects

#: Scores of groups as they are told apart by the NPS: one each of detractors, passives and promoters.
_OF_GROUP = np.array([3] * 7 + [7] * 2 + [10] * 2, dtype=np.int8)

#: Waves before, and the standard deviation of the log rates between waves.
_WAVES = 4
_RATE_SD = 0.2

#: Departures from proportionality: a cause weighs half as much more on one side.
_DEPARTURE = 0.5

_Drawn = tuple[Scores, sparse.csr_array, sparse.csr_array]


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    print("| proportional | responses | groups alone | eleven scores | true model, groups | true model, scores |")
    print("|---|--:|--:|--:|--:|--:|")
    for departure in (0.0, _DEPARTURE):
        for responses, surveys in ((100, 200), (300, 200), (1_000, 100), (10_000, 20)):
            cells = [f"{value:.3f}" for value in order(responses, int(share * surveys), departure)]
            print(f"| {'no' if departure else 'yes'} | {responses:,} | " + " | ".join(cells) + " |", flush=True)
    print(
        f"\n| effects vary by | responses | this wave alone | {_WAVES} waves before | intervals: truth | mean width |"
    )
    print("|--:|--:|--:|--:|--:|--:|")
    for spread in (0.0, BETWEEN_WAVES_SD, 2 * BETWEEN_WAVES_SD):
        for responses, surveys in ((100, 200), (300, 200), (1_000, 50)):
            alone, informed, covered, width = waves(responses, int(share * surveys), spread)
            line = f"| {spread:.2f} | {responses:,} | {alone:.3f} | {informed:.3f} | {covered:.1%} | {width:.1f} |"
            print(line, flush=True)
    print("\n| survey | responses | intervals that contain the truth | their mean width | largest mean error |")
    print("|---|--:|--:|--:|--:|")
    for name, departure in (("proportional", 0.0), ("not proportional", _DEPARTURE)):
        for responses, surveys in ((300, 200), (1_000, 200), (10_000, 100)):
            covered, width, bias = coverage(responses, int(share * surveys), departure)
            print(f"| {name} | {responses:,} | {covered:.1%} | {width:.1f} | {bias:.1f} |", flush=True)


def order(responses: int, surveys: int, departure: float) -> Floats:
    """Spearman's correlation with the truth under strong overlap: from the groups and from the scores, by saywhy and by
    the true model (where effects are proportional).
    """
    rows = []
    for seed in range(surveys):
        survey = random_effects(seed, OVERLAPS["strong"], departure)
        truth = _truth(survey, seed)
        scores, *named = survey.draw(responses, 5000 + seed)
        orders = [_positions(ranking(each, *named), len(truth)) for each in (_OF_GROUP[scores], scores)]
        if not departure:
            estimates = (true_model.estimates(scores, *named, groups_only=groups) for groups in (True, False))
            orders += [positions(*ends) for ends in estimates]
        rows.append([spearmanr(each, truth).statistic for each in orders])
    return np.asarray(np.mean(rows, axis=0), dtype=np.float64)


def waves(responses: int, surveys: int, spread: float) -> tuple[float, float, float, float]:
    """Of the last of five waves of so many responses: Spearman's correlation with its truth, from it alone and with
    those before; the share of the latter's intervals that contain the truth, and their mean width.

    Strong overlap; between waves effects that are not 0 vary by `spread` logits, and the rates of all causes.
    """
    correlations, covered, widths = [], [], []
    for seed in range(surveys):
        generator = np.random.default_rng(10_000 + seed)
        survey, prior = random_effects(seed, OVERLAPS["strong"]), None
        for wave in range(_WAVES):
            prior = later(_fitted(survey.draw(responses, 7000 + 10 * seed + wave), prior))
            costs, rates = np.array(survey.costs), np.array(survey.blamed)
            costs += spread * generator.normal(size=len(costs)) * (costs != 0)
            rates = np.minimum(rates * np.exp(_RATE_SD * generator.normal(size=len(rates))), 0.4)
            survey = replace(survey, costs=tuple(costs.tolist()), blamed=tuple(rates.tolist()))
        truth, drawn = _truth(survey, seed), survey.draw(responses, 5000 + seed)
        impacts = ranking(*drawn, prior=prior)
        correlations.append(
            [spearmanr(_positions(each, len(truth)), truth).statistic for each in (ranking(*drawn), impacts)]
        )
        covered += [impact.low <= truth[int(impact.key)] <= impact.high for impact in impacts]
        widths += [impact.high - impact.low for impact in impacts]
    alone, informed = np.mean(correlations, axis=0).tolist()
    return alone, informed, float(np.mean(covered)), float(np.mean(widths))


def coverage(responses: int, surveys: int, departure: float) -> tuple[float, float, float]:
    """The share of intervals of eight causes that contain the truth, their mean width, and the largest mean error."""
    survey = SimulatedSurvey(departure=departure)
    truth = survey.truth(1_000_000)
    covered, widths = [], []
    errors: list[list[float]] = [[] for _ in truth]
    for seed in range(surveys):
        for impact in ranking(*survey.draw(responses, 1000 + seed)):
            cause = int(impact.key)
            covered.append(impact.low <= truth[cause] <= impact.high)
            widths.append(impact.high - impact.low)
            errors[cause].append(impact.impact - truth[cause])
    bias = max(abs(float(np.mean(of_cause))) for of_cause in errors)
    return float(np.mean(covered)), float(np.mean(widths)), bias


def _truth(survey: SimulatedSurvey, seed: int) -> Floats:
    truth = survey.truth(60_000, seed)
    truth[np.array(survey.costs) == 0] = 0
    return truth


def _positions(impacts: list[Impact], causes: int) -> Floats:
    value, low, significant = np.full((3, causes), [[-200.0], [-200.0], [0.0]])
    for impact in impacts:
        value[int(impact.key)], low[int(impact.key)] = impact.impact, impact.low
        significant[int(impact.key)] = impact.significant
    return positions(value, low, significant)


def _fitted(drawn: _Drawn, prior: EffectPrior | None) -> EffectPrior:
    """The estimate of one wave's effects, with what was known before."""
    scores, blamed, praised = drawn
    named = sparse.csr_array(sparse.hstack([blamed, praised], format="csr"))
    design, counts, _ = aggregated(design_matrix(named, None), scores)
    return fit(design, counts, prior).effects(named.shape[1])


if __name__ == "__main__":
    main()
