"""Consensus clustering: many Leiden partitions of a graph, each without a fifth of its edges, at several resolutions.

Pairs of rows that are in one community in most partitions belong together (Lancichinetti & Fortunato 2012; Leiden:
Traag et al. 2019). How fine the clusters are is read from the data: resolutions at which the partitions agree with one
another weigh most.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import compress

import numpy as np

from models.arrays import Floats, Integers
from pipelines.topics.clustering.agreement import mean_agreement
from pipelines.topics.clustering.neighbour_graph import Graph

#: From few large communities to many small ones.
_RESOLUTIONS = (1.0, 1.4, 2.0, 2.8, 4.0, 5.6)
#: Partitions per resolution. After the first ones, only resolutions with at least `_MIN_WEIGHT` are continued.
_PARTITIONS, _FIRST_PARTITIONS = 12, 4
_MIN_WEIGHT = 0.02
#: Share of the edges that is left out of each partition.
_DROPPED = 0.2
#: A resolution whose partitions agree worse by this much (adjusted Rand index) weighs 1/e as much.
_AGREEMENT_STEP = 0.04

_Edge = tuple[str, str, float]


def consensus(graph: Graph, seed: int = 0) -> tuple[Floats, float]:
    """The co-membership of each edge (edges,) and the resolution that fits the graph.

    Co-membership is the share of partitions, 0 … 1, in which both ends of the edge are in one community. A resolution
    weighs the more the better its partitions agree with one another, since structure that exists is found repeatedly.
    The resolution returned is the weighted geometric mean.
    """
    edges = _edges(graph)
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # partitioning is native code that releases the lock

        def partitions_of(numbers: range, resolutions: Iterable[float]) -> list[list[Integers]]:
            futures = [
                [threads.submit(_partition, edges, graph.rows, resolution, seed, number) for number in numbers]
                for resolution in resolutions
            ]
            return [[future.result() for future in group] for group in futures]

        partitions = partitions_of(range(_FIRST_PARTITIONS), _RESOLUTIONS)
        continued = np.flatnonzero(_weights(partitions) >= _MIN_WEIGHT).tolist()
        further = partitions_of(range(_FIRST_PARTITIONS, _PARTITIONS), [_RESOLUTIONS[index] for index in continued])
    for index, group in zip(continued, further, strict=True):
        partitions[index] += group
    weights = _weights(partitions)
    co_membership = [
        np.mean([labels[graph.left] == labels[graph.right] for labels in group], axis=0) for group in partitions
    ]
    return weights @ np.array(co_membership), float(np.exp(weights @ np.log(_RESOLUTIONS)))


def leiden(graph: Graph, resolution: float, seed: int, *, trials: int = 1) -> Integers:
    """Communities of a graph by modularity (rows,), numbered from 0. A row without edges is a community of its own."""
    return _leiden(_edges(graph), graph.rows, resolution, seed, trials)


def _edges(graph: Graph) -> list[_Edge]:
    """The edges as the library reads them: names of both ends, weight."""
    names = list(map(str, range(graph.rows)))
    ends = ([names[row] for row in rows.tolist()] for rows in (graph.left, graph.right))
    return list(zip(*ends, graph.weight.tolist(), strict=True))


def _leiden(edges: list[_Edge], rows: int, resolution: float, seed: int, trials: int = 1) -> Integers:
    from graspologic_native import leiden as native_leiden

    community_of: dict[str, int] = {}
    if edges:
        _, community_of = native_leiden(
            edges, resolution=resolution, randomness=0.001, iterations=2, use_modularity=True, seed=seed, trials=trials
        )
    labels = np.full(rows, -1)
    labels[np.array(list(community_of), np.int64)] = list(community_of.values())
    isolated = np.flatnonzero(labels < 0)
    labels[isolated] = labels.max(initial=-1) + 1 + np.arange(len(isolated))
    # The library numbers communities arbitrarily: number them in the order of their first row.
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _partition(edges: list[_Edge], rows: int, resolution: float, seed: int, number: int) -> Integers:
    """Communities of the graph without a random share of its edges."""
    generator = np.random.default_rng((seed, number, round(resolution * 10)))
    mask = generator.random(len(edges)) >= _DROPPED
    return _leiden(list(compress(edges, mask.tolist())), rows, resolution, seed * _PARTITIONS + number)


def _weights(partitions: list[list[Integers]]) -> Floats:
    """The weight of each resolution, by the mean pairwise agreement of its partitions; they sum to 1."""
    agreement = np.array([mean_agreement(group) for group in partitions])
    weights = np.exp((agreement - agreement.max()) / _AGREEMENT_STEP)
    return np.asarray(weights / weights.sum(), np.float64)
