"""Where and when a cause is named more often than chance would have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import false_discovery_control, hypergeom

from saywhy.feedback import Segment

#: Share of false findings among all (cause, segment) pairs that are called concentrated.
FALSE_DISCOVERY_RATE = 0.05

#: "Far more often": at least so many times the rate elsewhere, and at least so many responses.
TIMES_ELSEWHERE = 2.0
FEWEST_MENTIONS = 5

#: One mention in so many may be earlier before a cause is no longer new: models err, and so does clustering.
EARLIER_TOLERATED = 1 / 20

#: A dimension with more values than this is an identifier or free text rather than a segment.
MOST_VALUES = 50


def comparable(segments: Sequence[Segment]) -> tuple[NDArray[np.intp], list[str]]:
    """Which segments (their places) belong to a dimension of at most `MOST_VALUES` values, and the dimensions left."""
    values = Counter(segment.dimension for segment in segments)
    kept = [place for place, segment in enumerate(segments) if values[segment.dimension] <= MOST_VALUES]
    return np.array(kept, dtype=np.intp), sorted(name for name, count in values.items() if count > MOST_VALUES)


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


def is_new(mentions: NDArray[np.int64], responses: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each of K causes came up in the last of W waves. Shapes (K, W): mentions, (W,): responses → (K,).

    New means that (nearly) all mentions are in the last wave and that this is no accident: were the cause as frequent
    in every wave, so few earlier mentions would come in fewer than 5 of 100 cases (hypergeometric).
    """
    if len(responses) < 2:
        return np.zeros(len(mentions), dtype=bool)
    total, latest = mentions.sum(axis=1), mentions[:, -1]
    by_chance = hypergeom.sf(latest - 1, responses.sum(), responses[-1], total)
    new: NDArray[np.bool_] = (latest > 0) & (total - latest <= EARLIER_TOLERATED * total) & (by_chance < 0.05)
    return new
