"""The smaller causes that a large topic falls into, if it does: a cut that is found again in every sample of it.

A cloud without parts is cut another way in each sample (Ben-Hur, Elisseeff & Guyon 2002), so the number of parts is
the one that samples agree on best, and there are none where they do not agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Integers, Vectors

#: Mean agreement (adjusted Rand index) of the cuts of two samples from which on parts are real.
AGREED = 0.85
_MOST = 6  # parts
_SAMPLES = 8
_SAMPLED = 0.7  # share of the rows
_ROWS = 4000  # that are looked at; further ones go to the nearest part
_DIMENSIONS = 24  # principal ones: further ones hold single texts, and cutting again and again takes ten times as long


@dataclass(frozen=True, slots=True)
class Parts:
    """The part of each row, numbered from 0, and of each part the mean Jaccard index with its like in the samples."""

    labels: Integers
    stability: Floats


def parts_of(vectors: Vectors, smallest: int) -> Parts | None:
    """The parts of a cloud of vectors (n, d), each of at least `smallest` rows; None where it is one."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.metrics import adjusted_rand_score

    most = min(_MOST, len(vectors[:_ROWS]) // max(smallest, 1))
    if most < 2:
        return None
    dimensions = min(_DIMENSIONS, *vectors[:_ROWS].shape)
    vectors = PCA(dimensions, svd_solver="full").fit(vectors[:_ROWS]).transform(vectors)
    looked_at = vectors[:_ROWS]
    best, found = AGREED, None
    for count in range(2, most + 1):
        cuts = []
        for sample in range(_SAMPLES):
            chosen = np.random.default_rng((count, sample)).random(len(looked_at)) < _SAMPLED
            if chosen.sum() < count:
                return found
            cuts.append(KMeans(count, n_init=3, random_state=sample).fit(looked_at[chosen]).predict(looked_at))
        agreement = np.mean([adjusted_rand_score(a, b) for at, a in enumerate(cuts) for b in cuts[:at]])
        if agreement < best:
            continue
        labels = KMeans(count, n_init=10, random_state=0).fit(looked_at).predict(vectors).astype(np.int64)
        if np.bincount(labels, minlength=count).min() >= smallest:
            best, found = float(agreement), Parts(labels, _jaccard(labels[: len(looked_at)], cuts, count))
    return found


def _jaccard(labels: Integers, cuts: list[Integers], count: int) -> Floats:
    """Of each part and the most similar one of each cut, on average (Hennig 2007)."""
    own = labels[None, :] == np.arange(count)[:, None]
    found = np.zeros(count)
    for cut in cuts:
        other = cut[None, :] == np.arange(count)[:, None]
        both = (own[:, None] & other[None]).sum(axis=2)
        either = (own[:, None] | other[None]).sum(axis=2)
        found += (both / np.maximum(either, 1)).max(axis=1) / len(cuts)
    return found
