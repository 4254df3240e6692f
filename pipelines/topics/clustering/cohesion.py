"""Cohesion: how similar the members of a cluster are to each other, and dividing clusters that are too mixed.

Where people write about everything a little, the partitions of the whole graph agree best on a few large communities:
some about one thing ("too expensive"), some about many ("what I would wish for"). So a cluster is divided until its
average pair of members is clearly more similar than any two rows. It is divided as the whole graph is: by consensus
clustering of its subgraph.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers, Vectors
from pipelines.topics.clustering.consensus import consensus, leiden
from pipelines.topics.clustering.neighbour_graph import Graph

#: Multiples of the agreed resolution at which a cluster is divided, in turn, until its largest part holds a smaller
#: share of it than `_MAX_PART`.
_FINER = (1.0, 2.0, 4.0)
_MAX_PART = 0.9
#: Runs of Leiden per division, of which the best counts.
_TRIALS = 3

#: Of each group the sum of its unit vectors and their number. The similarity of all pairs follows from these.
_Sums = dict[int, tuple[NDArray[np.float64], int]]


def divide_mixed(
    graph: Graph,
    co_membership: Floats,
    vectors: Vectors,
    labels: Integers,
    groups: Integers,
    *,
    min_similarity: float,
    min_size: int,
    seed: int,
) -> tuple[Integers, Floats]:
    """Divide clusters of unit vectors until the mean similarity of their pairs of members is at least `min_similarity`.

    `groups` (n,) is the language of each row, numbered. Only pairs within one group count, as rows of different
    languages are less similar whatever they say. Parts of a cluster that reach the limit together are joined again.
    Mixed clusters of fewer than two times `min_size` rows dissolve.

    Returns the labels, whose numbers are not consecutive, and the co-membership (edges,), which for edges within a
    divided cluster is that of the partitions that divided it.
    """
    labels, original, co_membership = labels.copy(), co_membership, co_membership.copy()
    clusters = np.unique(labels[labels != NONE]).tolist()
    next_label = max(clusters, default=-1) + 1
    for cluster in clusters:
        waiting, done = [cluster], []
        while waiting:
            label = waiting.pop()
            rows = np.flatnonzero(labels == label)
            if len(rows) < 2 or _pair_similarity(_sums(vectors[rows], groups[rows])) >= min_similarity:
                done.append(label)
                continue
            parts = _divide(graph, rows, co_membership, seed) if len(rows) >= 2 * min_size else None
            labels[rows] = NONE if parts is None else next_label + parts
            if parts is not None:
                waiting += range(next_label, next_label + parts.max() + 1)
                next_label += parts.max() + 1
        if len(done) > 1:
            _join_similar(vectors, labels, groups, done, min_similarity)
    # Parts that were joined again were one community before they were divided.
    is_inside = labels[graph.left] == labels[graph.right]
    return labels, np.where(is_inside, np.maximum(original, co_membership), co_membership)


def similarity_to_cluster(vectors: Vectors, labels: Integers) -> Floats:
    """Mean similarity (n,) of each row to the other members of its cluster; 1 if it has none or is in no cluster."""
    similarity = np.ones(len(vectors))
    mask = labels != NONE
    size = np.bincount(labels[mask], minlength=labels.max(initial=-1) + 1)
    total = np.zeros((len(size), vectors.shape[1]), np.float32)
    np.add.at(total, labels[mask], vectors[mask])
    rows = np.flatnonzero(mask)[size[labels[mask]] > 1]
    others = np.einsum("nd,nd->n", vectors[rows], total[labels[rows]]) - 1
    similarity[rows] = others / (size[labels[rows]] - 1)
    return similarity


def _divide(graph: Graph, rows: Integers, co_membership: Floats, seed: int) -> Integers | None:
    """The parts of some rows (rows,), or None if they do not divide.

    If they do, `co_membership` of the edges between them is replaced.
    """
    edges, subgraph = graph.edges_within(rows), graph.subgraph(rows)
    agreed, resolution = consensus(subgraph, seed)
    for factor in _FINER:
        parts = leiden(subgraph.reweighted(subgraph.weight * agreed), factor * resolution, seed, trials=_TRIALS)
        if np.bincount(parts).max() < _MAX_PART * len(rows):
            co_membership[edges] = agreed
            return parts
    return None


def _sums(vectors: Vectors, groups: Integers) -> _Sums:
    return {
        int(group): (vectors[mask].sum(axis=0, dtype=np.float64), int(mask.sum()))
        for group in np.unique(groups)
        for mask in [groups == group]
    }


def _pair_similarity(sums: _Sums) -> float:
    """Mean similarity of two members of the same group; -1 if no group has two."""
    similarity = sum(float(total @ total) - size for total, size in sums.values())
    pairs = sum(size * (size - 1) for _, size in sums.values())
    return similarity / pairs if pairs else -1.0


def _similarity_between(left: _Sums, right: _Sums) -> float:
    """Mean similarity of a member of one and a member of the other, of the same group; -1 if they share no group."""
    shared = left.keys() & right.keys()
    similarity = sum(float(left[group][0] @ right[group][0]) for group in shared)
    return similarity / sum(left[group][1] * right[group][1] for group in shared) if shared else -1.0


def _join_similar(
    vectors: Vectors, labels: Integers, groups: Integers, parts: list[int], min_similarity: float
) -> None:
    """Join the two most similar parts, in `labels`, again and again while they reach `min_similarity`."""
    sums = {part: _sums(vectors[labels == part], groups[labels == part]) for part in sorted(parts)}
    while len(sums) > 1:
        names = list(sums)
        pairs = [(a, b) for index, b in enumerate(names) for a in names[:index]]
        similarity = [_similarity_between(sums[a], sums[b]) for a, b in pairs]
        if max(similarity) < min_similarity:
            return
        target, joined = pairs[int(np.argmax(similarity))]
        labels[labels == joined] = target
        sums[target] = _added(sums[target], sums.pop(joined))


def _added(left: _Sums, right: _Sums) -> _Sums:
    sums = dict(left)
    for group, (total, size) in right.items():
        left_total, left_size = sums.get(group, (np.zeros(len(total)), 0))
        sums[group] = (left_total + total, left_size + size)
    return sums
