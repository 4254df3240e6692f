"""What each cause costs in NPS points, by three measures, and the order of the causes.

The formulas in plain words, and why the ranking is in this order: docs/explanation/impact.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm

from models.arrays import Floats, Integers
from pipelines.impact.adjusted_wald import excess_variance
from pipelines.impact.design import Controls
from pipelines.impact.effect_prior import EffectPrior
from pipelines.impact.leave_out import clipped_interval, leave_out, leave_out_design_effects, possible_gain
from pipelines.impact.multiple_testing import FALSE_DISCOVERY_RATE, q_values
from pipelines.impact.nps import Z95, by_group, points_of
from pipelines.impact.recoverable import Recoverable, recoverable
from pipelines.impact.shapley import MAX_MEAN, points_lost
from saywhy.estimate import Estimate, Impact

#: With fewer mentions an estimate is shrunk towards 0 and marked.
FEW_MENTIONS = 30

#: With fewer responses there are no Shapley shares: the jackknife has too few groups.
MIN_SHARED = 5

#: Prior standard deviation of what one mention costs, in points: how strongly estimates of rare causes are shrunk.
EFFECT_SD = 100.0

#: Distance of the lower quartile from the estimate, as a share of the distance of the lower end (normal distribution).
QUARTILE = 0.674 / Z95

#: Simulated draws behind `Impact.top_three`.
_DRAWS = 4000

_Ends = tuple[Floats, Floats, Floats]  # value, low, high: (K,) each


def measure(
    scores: NDArray[np.int8],
    blamed: sparse.csr_array,
    praised: sparse.csr_array,
    keys: Sequence[str],
    praised_keys: Sequence[str],
    *,
    controls: Controls | None = None,
    responses: int = 0,
    customer: NDArray[np.int32] | None = None,
    prior: EffectPrior | None = None,
) -> tuple[list[Impact], list[Impact]]:
    """What every blamed key costs and what every praised one adds, each in order (see `ranked`), unnamed keys left out.

    `scores`, shape (N,), are 0 … 10.
    `blamed`, shape (N, K), and `praised`, shape (N, L), are nonzero where a response names a key: a response counts
    once however often it does. Both are in one model, because many responses blame one cause and praise another.
    `controls` are properties that the recoverable points are adjusted for: segments, waves. `prior` is what earlier
    waves say of the slopes of the K blamed keys and the L praised ones.
    Several responses of one `customer`, (N,), are not independent (`pipelines.impact.customers`; None: all are).
    Of `responses` (0 for N) those beyond N could not name a cause; the points are those of the NPS of them all.

    The impact is the recoverable points (`pipelines.impact.recoverable`); the other measures are for comparison. Its
    variance is at least what the adjusted-Wald shares add to the variances within and outside the group that names
    the key: the standard error stays positive for one response and for unanimous groups. Where earlier waves inform the
    effects, this least variance is smaller by `Recoverable.variance_ratio`. The variance of Shapley shares is increased
    by the excess; with fewer than `MIN_SHARED` responses there are none. With fewer than
    `FEW_MENTIONS` mentions the estimate is multiplied by τ²/(τ² + error²), per mention, as with a normal prior around
    0, and the interval keeps its width. Where every response names a key there is no comparison group: the impact is 0
    and its interval is the whole possible range.
    """
    points = points_of(scores)
    groups = by_group(points).astype(np.int64)
    totals = groups.sum(axis=0)
    responses = responses or len(points)
    sides = [blamed.astype(bool), praised.astype(bool)]
    counts = [side.astype(np.int64).T @ groups for side in sides]
    named = [np.flatnonzero(side_counts.sum(axis=1)) for side_counts in counts]
    columns = sparse.csr_array(sparse.hstack([side[:, index] for side, index in zip(sides, named, strict=True)]))
    if not columns.shape[1]:
        return [], []
    of_named = None if prior is None else prior.of(np.concatenate([named[0], blamed.shape[1] + named[1]]))
    recovered = recoverable(scores, columns, controls, responses, customer, of_named)
    shares = points_lost(points, columns, responses, customer)
    leave_out_effect = leave_out_design_effects(points, columns, customer)
    split = len(named[0])
    rankings: list[list[Impact]] = []
    for part, sign, side_keys, side_counts, index in (
        (slice(split), 1, keys, counts[0], named[0]),
        (slice(split, None), -1, praised_keys, counts[1], named[1]),
    ):
        if not len(index):
            rankings.append([])
            continue
        side_recovered = recovered.of(part)
        plain, plain_error = leave_out(side_counts[index], totals, responses)
        plain_ends = (plain, *clipped_interval(plain, np.sqrt(leave_out_effect[part]) * plain_error, totals, responses))
        shapley = (shares.points[part], shares.low[part], shares.high[part])
        named_keys = [side_keys[key] for key in index.tolist()]
        rankings.append(
            _impacts(named_keys, side_recovered, plain_ends, shapley, side_counts[index], totals, responses, sign)
        )
    return rankings[0], rankings[1]


def ranked(impacts: Iterable[Impact]) -> list[Impact]:
    """Costliest first: significant causes by the lower end of the interval, then the others by the lower quartile.

    Significant is a cause with its interval above 0 and a q-value (`q_values`, over the whole ranking) of at most
    `FALSE_DISCOVERY_RATE`. Ties go by impact, then by mentions, then by key: the order never depends on the order of
    the input.
    """
    unordered = list(impacts)
    q = q_values(np.array([impact.p_value for impact in unordered])).tolist()
    marked = [
        replace(impact, q_value=q_value, significant=impact.low > 0 and q_value <= FALSE_DISCOVERY_RATE)
        for impact, q_value in zip(unordered, q, strict=True)
    ]
    return sorted(marked, key=_rank_key)


def _rank_key(impact: Impact) -> tuple[bool, float, float, int, str]:
    # The lower ends of causes that are not significant would put those first whose intervals are narrow.
    least = impact.low if impact.significant else impact.impact - QUARTILE * (impact.impact - impact.low)
    # Rounded, so that a theme and its only cause are a tie, which the last bits of an estimate must not decide.
    return not impact.significant, -round(least, 6), -round(impact.impact, 6), -impact.mentions, impact.key


def _impacts(
    keys: Sequence[str],
    recovered: Recoverable,
    plain: _Ends,
    shapley: _Ends,
    counts: Integers,
    totals: Integers,
    responses: int,
    sign: int,
) -> list[Impact]:
    """One ranking. A `sign` of -1 turns the points recovered without a cause into the points that it adds.

    `plain` is the leave-out difference. `counts`, (K, 3), are the promoters, passives and detractors who name each key;
    `totals`, (3,), those of everyone.
    """
    mentions = counts.sum(axis=1)
    is_named_by_all = mentions == totals.sum()
    excess = recovered.design_effect * excess_variance(counts, totals, responses)
    missing = recovered.variance_ratio * excess - recovered.covariance.diagonal()
    covariance = recovered.covariance + np.diag(np.maximum(missing, 0))
    error = np.where(is_named_by_all, np.inf, np.sqrt(covariance.diagonal()))
    is_few = mentions < FEW_MENTIONS
    with np.errstate(over="ignore"):
        shrinkage = np.where(is_few, 1 / (1 + (error * responses / mentions / EFFECT_SD) ** 2), 1.0)
    estimate = np.where(is_named_by_all, 0, shrinkage * recovered.points)
    estimate = np.clip(estimate, *possible_gain(totals, responses))
    p_value = 2 * norm.sf(np.abs(estimate) / error)
    is_compared = ~is_named_by_all
    top_three = np.zeros(len(keys))
    top_three[is_compared] = _top_three(sign * estimate[is_compared], covariance[np.ix_(is_compared, is_compared)])
    impact, low, high = _signed(sign, estimate, *clipped_interval(estimate, error, totals, responses))
    leave_out_ends = _signed(sign, *plain)
    shapley_ends = _signed(sign, *_widened(*shapley, excess))
    has_shares = totals.sum() >= MIN_SHARED
    return ranked(
        Impact(
            key=key,
            impact=impact[row],
            low=low[row],
            high=high[row],
            mentions=int(mentions[row]),
            detractors=int(counts[row, 2]),
            promoters=int(counts[row, 0]),
            passives=int(counts[row, 1]),
            leave_out=Estimate(*(end[row] for end in leave_out_ends)),
            shapley=Estimate(*(end[row] for end in shapley_ends)) if has_shares else None,
            p_value=float(p_value[row]),
            top_three=float(top_three[row]),
            few_mentions=bool(is_few[row]),
        )
        for row, key in enumerate(keys)
    )


def _widened(value: Floats, low: Floats, high: Floats, excess: Floats) -> _Ends:
    """The interval of Shapley shares with the excess variance (K,): a jackknife of identical responses shows none."""
    below, above = (np.sqrt((end - value) ** 2 + Z95**2 * excess) for end in (low, high))
    return value, np.maximum(value - below, -2 * MAX_MEAN), np.minimum(value + above, 2 * MAX_MEAN)


def _signed(sign: int, value: Floats, low: Floats, high: Floats) -> tuple[list[float], list[float], list[float]]:
    value, low, high = (value, low, high) if sign > 0 else (-value, -high, -low)
    return (value + 0.0).tolist(), low.tolist(), high.tolist()  # + 0.0 turns -0 into 0


def _top_three(estimate: Floats, covariance: Floats) -> Floats:
    """The probability of each cause (K,) to be among the three that cost most, by draws from the joint errors."""
    if len(estimate) <= 3:
        return np.ones(len(estimate))
    draws = np.random.default_rng(0).multivariate_normal(estimate, covariance, _DRAWS, method="eigh")
    third_largest = np.partition(draws, -3, axis=1)[:, -3:-2]
    probability: Floats = np.mean(draws >= third_largest, axis=0)
    return probability
