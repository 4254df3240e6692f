"""What each cause costs in NPS points, measured in three ways, and the order of the causes.

The formulas in plain words, and why the ranking goes by the lower end of the interval: docs/explanation/impact.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import false_discovery_control, norm

from pipelines.impact.leave_out import adjusted_variance, clipped_interval, leave_out
from pipelines.impact.recoverable import Recoverable, recoverable
from pipelines.impact.shapley import points_lost
from saywhy.estimate import Estimate, Impact

#: With fewer mentions an estimate is pulled towards 0 and marked.
FEW_MENTIONS = 30

#: Prior standard deviation of what one mention costs, in points: what pulls the estimates of rare causes towards 0.
EFFECT_SD = 100.0

#: Share of false findings among the causes that are called significant.
FALSE_DISCOVERY_RATE = 0.05

_DRAWS = 4000


def measure(
    points: NDArray[np.int8],
    blamed: sparse.csr_array,
    praised: sparse.csr_array,
    keys: Sequence[str],
    praised_keys: Sequence[str],
    *,
    controls: sparse.csr_array | None = None,
    responses: int = 0,
) -> tuple[list[Impact], list[Impact]]:
    """What every blamed key costs and what every praised one adds, each in order (see `ranked`), named ones only.

    `points`, shape (N,), holds 100 for a promoter, 0 for a passive, -100 for a detractor; no other responses.
    `blamed`, shape (N, K), and `praised`, shape (N, L), are not zero where a response names a key: a response counts
    once however often it does. Both are in one model, as many responses blame one thing and praise another. `controls`,
    shape (N, C), are properties that the recoverable points are adjusted for: segments, waves.
    Of `responses` (0 for N) those beyond N could name nothing; the points are those of the NPS of them all.

    The impact is the recoverable points (`pipelines.impact.recoverable`); the others stand beside it for comparison. Its error
    is widened by what the adjusted shares of the NPS interval add to the variances within and without, so that neither
    one response nor a group of one mind is taken for certain. With fewer than `FEW_MENTIONS` mentions the estimate is
    multiplied by τ²/(τ² + error²), per mention, as a normal prior around 0 would, and the interval keeps its width.
    Where every response names a key there is nobody to compare with: the impact is 0 and anything is possible.
    """
    groups = np.stack([points > 0, points == 0, points < 0], axis=1).astype(np.int64)
    everyone = groups.sum(axis=0)
    total = responses or len(points)
    sides = [blamed.astype(bool), praised.astype(bool)]
    counts = [side.astype(np.int64).T @ groups for side in sides]
    held = [np.flatnonzero(found.sum(axis=1)) for found in counts]
    players = sparse.csr_array(sparse.hstack([side[:, kept] for side, kept in zip(sides, held, strict=True)]))
    if not players.shape[1]:
        return [], []
    won = recoverable(points, players, controls, total)
    shares = points_lost(points, players, total)
    costs = len(held[0])
    found = []
    for columns, sign, names, side, kept in (
        (slice(costs), 1, keys, counts[0], held[0]),
        (slice(costs, None), -1, praised_keys, counts[1], held[1]),
    ):
        part = Recoverable(won.points[columns], won.covariance[columns, columns])
        shapley = (shares.points[columns], shares.low[columns], shares.high[columns])
        named = [names[code] for code in kept.tolist()]
        found.append(_impacts(named, part, shapley, side[kept], everyone, total, sign) if len(kept) else [])
    return found[0], found[1]


def _impacts(
    keys: Sequence[str],
    won: Recoverable,
    shapley: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    counts: NDArray[np.int64],
    everyone: NDArray[np.int64],
    total: int,
    sign: int,
) -> list[Impact]:
    """The rows of one ranking; a `sign` of -1 turns what would be won without a cause into what it adds."""
    mentions = counts.sum(axis=1)
    alone = mentions == everyone.sum()
    covariance = won.covariance + np.diag(_unseen(counts, everyone, total))
    error = np.where(alone, np.inf, np.sqrt(covariance.diagonal()))
    few = mentions < FEW_MENTIONS
    with np.errstate(over="ignore"):
        pulled = np.where(few, 1 / (1 + (error * total / mentions / EFFECT_SD) ** 2), 1.0)
    estimate = np.where(alone, 0, pulled * won.points)
    chance = 2 * norm.sf(np.abs(estimate) / error)
    top = np.zeros(len(keys))
    top[~alone] = _leading(sign * estimate[~alone], covariance[np.ix_(~alone, ~alone)])
    ends = _turned(sign, estimate, *clipped_interval(estimate, error, everyone, total))
    plain, plain_error = leave_out(counts, everyone, total)
    plain_ends = _turned(sign, plain, *clipped_interval(plain, plain_error, everyone, total))
    share_ends = _turned(sign, *shapley)
    return ranked(
        Impact(
            key=key,
            impact=ends[0][row],
            low=ends[1][row],
            high=ends[2][row],
            mentions=int(mentions[row]),
            detractors=int(counts[row, 2]),
            promoters=int(counts[row, 0]),
            passives=int(counts[row, 1]),
            leave_out=Estimate(*(end[row] for end in plain_ends)),
            shapley=Estimate(*(end[row] for end in share_ends)),
            p_value=float(chance[row]),
            top_three=float(top[row]),
            few_mentions=bool(few[row]),
        )
        for row, key in enumerate(keys)
    )


def _turned(
    sign: int, value: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[list[float], list[float], list[float]]:
    value, low, high = (value, low, high) if sign > 0 else (-value, -high, -low)
    return (value + 0.0).tolist(), low.tolist(), high.tolist()  # + 0.0 makes 0 of -0


def _unseen(counts: NDArray[np.int64], everyone: NDArray[np.int64], total: int) -> NDArray[np.float64]:
    """What the adjusted shares add to the variance of each cause (K,): much for few or unanimous responses."""
    added = np.zeros(len(counts))
    for part in (counts, everyone - counts):
        n = np.maximum(part.sum(axis=1), 1)
        shares = part / n[:, None]
        plain = 100**2 * (shares[:, 0] + shares[:, 2] - (shares[:, 0] - shares[:, 2]) ** 2)
        added += np.maximum(adjusted_variance(part.astype(np.float64), n.astype(np.float64)) - plain, 0) / n
    variance: NDArray[np.float64] = (counts.sum(axis=1) / total) ** 2 * added
    return variance


def _leading(estimate: NDArray[np.float64], covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance of each cause (K,) to be among the three that cost most, over draws from the estimates' errors."""
    if len(estimate) <= 3:
        return np.ones(len(estimate))
    draws = np.random.default_rng(0).multivariate_normal(estimate, covariance, _DRAWS, method="eigh")
    third = np.partition(draws, -3, axis=1)[:, -3:-2]
    chance: NDArray[np.float64] = np.mean(draws >= third, axis=0)
    return chance


def ranked(impacts: Iterable[Impact]) -> list[Impact]:
    """Costliest first: by the lower end of the interval (what it costs at the least), so that noise does not lead.

    Ties go by impact, then by mentions, then by key: the order never depends on the input's. Significant is what costs
    with an interval above 0, where Benjamini and Hochberg (1995) control the false findings among all of the ranking.
    """
    order = sorted(impacts, key=lambda found: (-found.low, -found.impact, -found.mentions, found.key))
    q_values = false_discovery_control([found.p_value for found in order]).tolist() if order else []
    return [
        replace(found, q_value=q, significant=found.low > 0 and q <= FALSE_DISCOVERY_RATE)
        for found, q in zip(order, q_values, strict=True)
    ]
