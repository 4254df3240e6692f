"""Cutting a graph again and again: what ends up together whatever is left out belongs together.

How finely a graph falls apart is read from the data: it is cut at every scale, with a part of its edges left out, and
the scales at which the cuts agree count most (consensus clustering: Lancichinetti & Fortunato 2012; Leiden: Traag et
al. 2019).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import compress

import numpy as np

from models.arrays import Floats, Integers
from pipelines.topics.clustering.neighbour_graph import Graph

#: Leiden's resolution, from few large communities to many small ones.
_SCALES = (1.0, 1.4, 2.0, 2.8, 4.0, 5.6)
_CUTS = 12  # of each scale
_FIRST_CUTS = 4  # of which so many tell whether a scale counts at all
_COUNTS = 0.02  # least weight of a scale that is cut on
_DROPPED = 0.2  # share of edges left out of a cut
_AGREEMENT_STEP = 0.04  # a scale whose cuts agree worse by this much (adjusted Rand index) weighs 1/e as much


def consensus(graph: Graph, seed: int = 0) -> tuple[Floats, float]:
    """How often the ends of each edge fall together when the graph is cut again and again, and the scale that fits.

    A scale counts the more the better its cuts agree with one another: structure that is there is found again. Scales
    of which the first cuts already disagree are not cut further.
    """
    edges = _edges(graph)
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # cutting is native code, and lets others run

        def cut(numbers: range, scales: Iterable[float]) -> list[list[Integers]]:
            waiting = [
                [threads.submit(_cut, edges, graph.rows, scale, seed, number) for number in numbers] for scale in scales
            ]
            return [[one.result() for one in scale] for scale in waiting]

        cuts = cut(range(_FIRST_CUTS), _SCALES)
        counting = np.flatnonzero(_weights(cuts) >= _COUNTS).tolist()
        further = cut(range(_FIRST_CUTS, _CUTS), [_SCALES[at] for at in counting])
    for at, found in zip(counting, further, strict=True):
        cuts[at] += found
    weights = _weights(cuts)
    together = [np.mean([cut[graph.left] == cut[graph.right] for cut in found], axis=0) for found in cuts]
    return weights @ np.array(together), float(np.exp(weights @ np.log(_SCALES)))


def leiden(graph: Graph, resolution: float, seed: int, *, trials: int = 1) -> Integers:
    """Communities of a graph by modularity, numbered from 0; a row without edges is one of its own."""
    return _communities(_edges(graph), graph.rows, resolution, seed, trials)


_Edge = tuple[str, str, float]


def _edges(graph: Graph) -> list[_Edge]:
    names = list(map(str, range(graph.rows)))
    ends = ([names[row] for row in rows.tolist()] for rows in (graph.left, graph.right))
    return list(zip(*ends, graph.weight.tolist(), strict=True))


def _communities(edges: list[_Edge], rows: int, resolution: float, seed: int, trials: int = 1) -> Integers:
    from graspologic_native import leiden as partition

    found: dict[str, int] = {}
    if edges:
        _, found = partition(
            edges, resolution=resolution, randomness=0.001, iterations=2, use_modularity=True, seed=seed, trials=trials
        )
    labels = np.full(rows, -1)
    labels[np.array(list(found), np.int64)] = list(found.values())
    alone = np.flatnonzero(labels < 0)
    labels[alone] = labels.max(initial=-1) + 1 + np.arange(len(alone))
    # The numbers that the library gives mean nothing: count communities by their first row.
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _cut(edges: list[_Edge], rows: int, scale: float, seed: int, number: int) -> Integers:
    generator = np.random.default_rng((seed, number, round(scale * 10)))
    kept = generator.random(len(edges)) >= _DROPPED
    return _communities(list(compress(edges, kept.tolist())), rows, scale, seed * _CUTS + number)


def _weights(cuts: list[list[Integers]]) -> Floats:
    """Of each scale, by how well its cuts agree; the sum is 1."""
    from sklearn.metrics import adjusted_rand_score

    agreement = np.array(
        [np.mean([adjusted_rand_score(a, b) for at, a in enumerate(found) for b in found[:at]]) for found in cuts]
    )
    weights = np.exp((agreement - agreement.max()) / _AGREEMENT_STEP)
    return np.asarray(weights / weights.sum(), np.float64)
