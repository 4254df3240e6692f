"""The parts of a large cluster: the smaller causes that it divides into, if the division is reproducible.

A homogeneous cloud is divided differently in every random sample of it (Ben-Hur, Elisseeff & Guyon 2002). So the number
of parts is the one on which samples agree best, and there are none if they do not agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Integers, Vectors
from pipelines.topics.clustering.agreement import mean_agreement

#: Mean agreement (adjusted Rand index) of the divisions of two samples at which parts are accepted.
MIN_AGREEMENT = 0.85
_MAX_PARTS = 6
_SAMPLES = 8
#: Share of the rows that a sample has.
_SAMPLED = 0.7
#: Rows that are divided; further rows join the nearest part.
_MAX_ROWS = 4000
#: Principal components: further ones describe single texts, and the repeated division would take ten times as long.
_COMPONENTS = 24


@dataclass(frozen=True, slots=True)
class Parts:
    """The part of each row, numbered from 0, and the stability of each part: its mean Jaccard index across samples."""

    labels: Integers
    stability: Floats


def find_parts(vectors: Vectors, min_size: int) -> Parts | None:
    """Divide vectors (n, d) into parts of at least `min_size` rows; None if no division is reproducible."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    max_parts = min(_MAX_PARTS, len(vectors[:_MAX_ROWS]) // max(min_size, 1))
    if max_parts < 2:
        return None
    components = min(_COMPONENTS, *vectors[:_MAX_ROWS].shape)
    vectors = PCA(components, svd_solver="full").fit(vectors[:_MAX_ROWS]).transform(vectors)
    rows = vectors[:_MAX_ROWS]
    best_agreement, best = MIN_AGREEMENT, None
    for count in range(2, max_parts + 1):
        divisions = []
        for sample in range(_SAMPLES):
            is_sampled = np.random.default_rng((count, sample)).random(len(rows)) < _SAMPLED
            if is_sampled.sum() < count:
                return best
            divisions.append(KMeans(count, n_init=3, random_state=sample).fit(rows[is_sampled]).predict(rows))
        agreement = mean_agreement(divisions)
        if agreement < best_agreement:
            continue
        labels = KMeans(count, n_init=10, random_state=0).fit(rows).predict(vectors).astype(np.int64)
        if np.bincount(labels, minlength=count).min() >= min_size:
            best_agreement, best = agreement, Parts(labels, _stability(labels[: len(rows)], divisions, count))
    return best


def _stability(labels: Integers, divisions: list[Integers], count: int) -> Floats:
    """Mean Jaccard index of each part with the most similar part of each division (Hennig 2007)."""
    is_in_part = labels[None, :] == np.arange(count)[:, None]
    stability = np.zeros(count)
    for division in divisions:
        is_in_other = division[None, :] == np.arange(count)[:, None]
        both = (is_in_part[:, None] & is_in_other[None]).sum(axis=2)
        either = (is_in_part[:, None] | is_in_other[None]).sum(axis=2)
        stability += (both / np.maximum(either, 1)).max(axis=1) / len(divisions)
    return stability
