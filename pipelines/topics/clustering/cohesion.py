"""How alike the members of a cluster are, and cutting further what is too mixed to be one cause.

Where people write about everything a little, the cuts of the whole graph agree best on a few large communities, some of
them about one thing ("too expensive") and some about many ("what I would wish for"). So a cluster is cut further until
its average pair of members is clearly more alike than any two rows. It is cut as the whole graph is: again and again,
at the scale at which the cuts agree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats, Integers, Vectors
from pipelines.topics.clustering.consensus import consensus, leiden
from pipelines.topics.clustering.neighbour_graph import Graph

#: How many times as fine as agreed on a cluster is cut, in turn, until it falls apart; it has not where a part holds
#: most of it.
_FINER = (1.0, 2.0, 4.0)
_MOST = 0.9
_TRIALS = 3  # of a cut, the best of which counts


def tighten(
    graph: Graph,
    together: Floats,
    vectors: Vectors,
    labels: Integers,
    groups: Integers,
    *,
    limit: float,
    least: int,
    seed: int,
) -> tuple[Integers, Floats]:
    """Cut clusters of unit vectors further until the mean similarity of a pair of members is at least `limit`.

    `together` (edges,) is how often the ends of an edge fall together; returned with the labels, it is that at the
    scales at which their clusters were cut. `groups` (n,) tells rows apart that are less alike for another reason than
    what they say: languages. Only pairs of one group count. Parts of a cluster that together still reach the limit are
    one. Clusters that are too mixed and have fewer than two times `least` rows dissolve. The numbers of the clusters
    returned are not consecutive.
    """
    labels, at_first, together = labels.copy(), together, together.copy()
    whole = np.unique(labels[labels >= 0]).tolist()
    number = max(whole, default=-1) + 1
    for label in whole:
        waiting, done = [label], []
        while waiting:
            part = waiting.pop()
            rows = np.flatnonzero(labels == part)
            if len(rows) < 2 or _pairs(_sums(vectors[rows], groups[rows])) >= limit:
                done.append(part)
                continue
            found = _cut(graph, rows, together, seed) if len(rows) >= 2 * least else None
            labels[rows] = -1 if found is None else number + found
            if found is not None:
                waiting += range(number, number + found.max() + 1)
                number += found.max() + 1
        if len(done) > 1:
            _join(vectors, labels, groups, done, limit)
    # What was cut and joined again had fallen together before it was cut.
    is_inside = labels[graph.left] == labels[graph.right]
    return labels, np.where(is_inside, np.maximum(at_first, together), together)


def to_cluster(vectors: Vectors, labels: Integers) -> Floats:
    """Mean similarity of each row to the other members of its cluster; 1 for rows alone or of none."""
    found = np.ones(len(vectors))
    inside = labels >= 0
    size = np.bincount(labels[inside], minlength=labels.max(initial=-1) + 1)
    total = np.zeros((len(size), vectors.shape[1]), np.float32)
    np.add.at(total, labels[inside], vectors[inside])
    rows = np.flatnonzero(inside)[size[labels[inside]] > 1]
    others = np.einsum("nd,nd->n", vectors[rows], total[labels[rows]]) - 1
    found[rows] = others / (size[labels[rows]] - 1)
    return found


def _cut(graph: Graph, rows: Integers, together: Floats, seed: int) -> Integers | None:
    """The parts of some rows, None where they do not fall apart; `together` is renewed between rows that do."""
    edges, among = graph.edges_among(rows), graph.among(rows)
    agreed, scale = consensus(among, seed)
    for finer in _FINER:
        found = leiden(among.keep(among.weight * agreed), finer * scale, seed, trials=_TRIALS)
        if np.bincount(found).max() < _MOST * len(rows):
            together[edges] = agreed
            return found
    return None


_Sums = dict[int, tuple[NDArray[np.float64], int]]


def _sums(vectors: Vectors, groups: Integers) -> _Sums:
    """Of each group the sum of its rows and their number."""
    return {
        int(group): (vectors[here].sum(axis=0, dtype=np.float64), int(here.sum()))
        for group in np.unique(groups)
        for here in [groups == group]
    }


def _pairs(sums: _Sums) -> float:
    """Mean similarity of two members of one group; -1 where there are no two."""
    alike = sum(float(total @ total) - size for total, size in sums.values())
    pairs = sum(size * (size - 1) for _, size in sums.values())
    return alike / pairs if pairs else -1.0


def _across(left: _Sums, right: _Sums) -> float:
    """Mean similarity of a member of each, of one group; -1 where there are no such two."""
    shared = left.keys() & right.keys()
    alike = sum(float(left[group][0] @ right[group][0]) for group in shared)
    return alike / sum(left[group][1] * right[group][1] for group in shared) if shared else -1.0


def _join(vectors: Vectors, labels: Integers, groups: Integers, parts: list[int], limit: float) -> None:
    """Join the two parts that are most alike, again and again, while they reach the limit."""
    sums = {part: _sums(vectors[labels == part], groups[labels == part]) for part in sorted(parts)}
    while len(sums) > 1:
        names = list(sums)
        pairs = [(a, b) for at, b in enumerate(names) for a in names[:at]]
        alike = [_across(sums[a], sums[b]) for a, b in pairs]
        if max(alike) < limit:
            return
        kept, gone = pairs[int(np.argmax(alike))]
        labels[labels == gone] = kept
        sums[kept] = _together(sums[kept], sums.pop(gone))


def _together(left: _Sums, right: _Sums) -> _Sums:
    sums = dict(left)
    for group, (total, size) in right.items():
        before, number = sums.get(group, (np.zeros(len(total)), 0))
        sums[group] = (before + total, number + size)
    return sums
