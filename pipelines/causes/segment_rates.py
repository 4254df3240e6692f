"""In which segments a cause is named more often than elsewhere, shrunk towards the whole, with intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import false_discovery_control, hypergeom

from pipelines.impact.nps import Z95
from saywhy.estimate import Estimate
from saywhy.feedback import Segment
from saywhy.issue import SegmentRate

#: Share of false findings among all (cause, segment) pairs that are shown.
FALSE_DISCOVERY_RATE = 0.05

#: "Far more often": at least so many times the rate elsewhere, and at least so many responses.
TIMES_ELSEWHERE = 2.0
FEWEST_MENTIONS = 5

#: Least prior standard deviation of a log ratio.
LEAST_SPREAD = 0.5


def by_segment(
    named: sparse.csr_array, segmented: sparse.csr_array, segments: list[Segment]
) -> list[tuple[SegmentRate, ...]]:
    """For each of K causes the segments where it is named more often than elsewhere. Shapes (N, K), (N, S) → (K,).

    How many times as often is a ratio of rates: log ratio = log(rate inside / rate elsewhere), its variance
    1/a - 1/n + 1/b - 1/m with a of n who name it inside and b of m elsewhere (half a response is added to each). Log
    ratios are shrunk towards 0, the whole, by τ²/(τ² + variance), where τ² is how much they differ beyond their errors
    (DerSimonian and Laird 1986, over all pairs), and at least that of a prior by which most lie within 1/e … e.
    Shown are those above 1 with an interval above 1 that stand after Benjamini and Hochberg's control (1995) over all
    pairs of Fisher's exact test, the largest first.
    """
    if not all((*named.shape, *segmented.shape)):
        return [()] * named.shape[1]
    inside = (named.astype(np.int64).T @ segmented.astype(np.int64)).toarray().astype(np.float64)
    size = np.asarray(segmented.astype(np.int64).sum(axis=0), dtype=np.float64)
    outside = np.asarray(named.astype(np.int64).sum(axis=0), dtype=np.float64)[:, None] - inside
    others = named.shape[0] - size
    log_ratio = np.log((inside + 0.5) / (size + 1)) - np.log((outside + 0.5) / (others + 1))
    variance = 1 / (inside + 0.5) - 1 / (size + 1) + 1 / (outside + 0.5) - 1 / (others + 1)
    # Pairs that can tell: the cause is named at all, and the segment is not everyone.
    telling = (inside + outside > 0) & (others > 0) & (size > 0)
    spread = max(LEAST_SPREAD**2, _spread(log_ratio[telling], variance[telling]))
    kept = spread / (spread + variance)
    shrunk, error = kept * log_ratio, np.sqrt(kept * variance)
    chance = np.where(telling, hypergeom.sf(inside - 1, named.shape[0], size, inside + outside), 1.0)
    sure = false_discovery_control(chance.ravel()).reshape(chance.shape) <= FALSE_DISCOVERY_RATE
    shown = sure & (shrunk - Z95 * error > 0)
    found = []
    for cause in range(named.shape[1]):
        places = np.flatnonzero(shown[cause])
        order = places[np.argsort(-shrunk[cause, places], kind="stable")].tolist()
        found.append(
            tuple(
                SegmentRate(
                    segment=str(segments[place]),
                    rate=float(inside[cause, place] / size[place]),
                    elsewhere=float(outside[cause, place] / others[place]),
                    times=_ratio(shrunk[cause, place], error[cause, place]),
                )
                for place in order
            )
        )
    return found


def _spread(value: NDArray[np.float64], variance: NDArray[np.float64]) -> float:
    """The variance of the true values beyond that of their errors, around 0; never below 0."""
    if not len(value):
        return 0.0
    weight = 1 / variance
    return max(0.0, float(((weight * value**2).sum() - len(value)) / weight.sum()))


def _ratio(log_ratio: float, error: float) -> Estimate:
    low, high = np.exp([log_ratio - Z95 * error, log_ratio + Z95 * error]).tolist()
    return Estimate(float(np.exp(log_ratio)), low, high)


def concentrated_in(named: sparse.csr_array, segmented: sparse.csr_array) -> NDArray[np.intp]:
    """The segment in which each of K causes is concentrated, -1 for none. Shapes (N, K), (N, S) → (K,).

    Per pair: Fisher's exact test, one-sided, of naming the cause inside the segment against outside it, with
    Benjamini and Hochberg's control (1995) over all pairs, so that many segments do not make findings by themselves.
    Of the segments that pass and where the rate is at least twice that elsewhere, the one with the smallest p.
    """
    total, segments = segmented.shape
    nothing = np.full(named.shape[1], -1, dtype=np.intp)
    if not total or not segments or not named.shape[1]:
        return nothing
    both = (named.astype(np.int64).T @ segmented.astype(np.int64)).toarray()
    mentions = np.asarray(named.astype(np.int64).sum(axis=0)).reshape(-1, 1)
    size = np.asarray(segmented.astype(np.int64).sum(axis=0)).reshape(1, -1)
    p = np.asarray(hypergeom.sf(both - 1, total, size, mentions))
    sure = false_discovery_control(p.ravel()).reshape(p.shape) <= FALSE_DISCOVERY_RATE
    inside, outside = both / np.maximum(size, 1), (mentions - both) / np.maximum(total - size, 1)
    found = sure & (inside >= TIMES_ELSEWHERE * outside) & (both >= FEWEST_MENTIONS)
    return np.where(found.any(axis=1), np.where(found, p, 2.0).argmin(axis=1), nothing)
