"""Clusters as communities of a nearest-neighbour graph: the clustering stage that `pipelines.topics` gives to BERTopic.

Density clustering leaves a third of short texts without a cluster, and where it cuts is a setting. A graph of nearest
neighbours holds every text, and how finely it falls apart is read from the data: it is cut many times, with a part of
its edges left out, at every scale; the scales at which the cuts agree count most; what ends up together again and
again is a cluster (consensus clustering: Lancichinetti & Fortunato 2012; Leiden: Traag et al. 2019).
`benchmarks/topics.py` compares this with the alternatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: No cluster.
NONE = -1

#: Rows that the graph is made of; of larger inputs the first ones are, and the rest goes where its neighbours are.
FIT_AT_MOST = 20_000
_NEIGHBOURS = 18
_HUBNESS = 20  # neighbours whose mean similarity tells how easily a row is anyone's neighbour
_SHARPNESS = 3.5  # of edge weights: exp(3.5 × corrected similarity)
#: Leiden's resolution, from few large communities to many small ones.
_SCALES = (1.0, 1.4, 2.0, 2.8, 4.0, 5.6)
_CUTS = 12  # of each scale
_TRIALS = 5  # of the last cut, the best of which counts
_DROPPED = 0.2  # share of edges left out of a cut
_AGREEMENT_STEP = 0.04  # a scale whose cuts agree worse by this much (adjusted Rand index) weighs 1/e as much
_OPPOSED = 0.25  # share of a cluster that makes a cluster of its own where it feels the opposite
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Graph:
    """Undirected edges between rows: `weight[e]` joins `left[e]` < `right[e]`."""

    rows: int
    left: Integers
    right: Integers
    weight: Floats

    def keep(self, weight: Floats) -> Graph:
        """The same rows with other weights; edges without any are dropped."""
        kept = weight > 0
        return Graph(self.rows, self.left[kept], self.right[kept], weight[kept])


class Communities:
    """Finds clusters of unit vectors. Same input, same clusters: nothing is random but the seeded cuts.

    After `fit`: `labels_` (n,) cluster of each row or -1; `probabilities_` (n,) in 0 … 1, the share of a row's
    neighbourhood that is reliably in its cluster; `stability_` (clusters,), the mean of them over a cluster.
    """

    def __init__(
        self,
        counts: Integers | None = None,
        *,
        sources: Integers | None = None,
        poles: Integers | None = None,
        least: int | None = None,
        seed: int = 0,
    ) -> None:
        """What is known of the rows, each (n,).

        `counts`: how many texts a row stands for (one). `sources`: the comment it is from (each from its own); rows of
        one comment share its context, not a cause, and are not neighbours. `poles`: -1, 0 or 1 (all 0); where a good
        part of a cluster is opposed to the rest of it, it is a cluster of its own. `least` is the number of texts that
        make a cluster; left out, it grows with the square root of all.
        """
        self.counts = counts
        self.sources = sources
        self.poles = poles
        self.least = least
        self.seed = seed

    def fit(self, X: Vectors, y: object = None) -> Self:  # noqa: ARG002, N803
        """Cluster rows of unit vectors (n, d), in an order that depends on nothing but them."""
        fitted = slice(0, FIT_AT_MOST)
        counts = np.ones(len(X), np.int64) if self.counts is None else self.counts
        sources = np.arange(len(X)) if self.sources is None else self.sources
        poles = np.zeros(len(X), np.int64) if self.poles is None else self.poles
        self.least_ = least = least_of(int(counts[fitted].sum())) if self.least is None else self.least
        self._vectors, self._sources = X[fitted], sources[fitted]
        graph = neighbour_graph(self._vectors, self._sources)
        together, scale = consensus(graph, self.seed)
        reliable = graph.weight * together
        found = leiden(graph.keep(reliable * together), scale, self.seed, trials=_TRIALS)
        found = _split_opposed(found, poles[fitted], least)
        found[_similarity(self._vectors, found) <= _chance(self._vectors, 1)] = NONE
        labels = _drop_small(found, counts[fitted], self._sources, least)
        confidence = _share_within(graph, reliable, labels)
        confidence[(labels != NONE) & (counts[fitted] >= least)] = 1.0
        self._labels = labels.copy()
        self._centroids = centroids(self._vectors, labels)
        self._reach = _reach(self._vectors, labels, self._centroids)
        self.stability_ = np.array([confidence[labels == label].mean() for label in range(len(self._centroids))])
        left = np.flatnonzero(labels == NONE)
        labels[left], confidence[left] = self.predict(self._vectors[left], self._sources[left])
        rest = self.predict(X[FIT_AT_MOST:], sources[FIT_AT_MOST:])
        self.labels_: Integers = np.concatenate([labels, rest[0]])
        self.probabilities_: Floats = np.concatenate([confidence, rest[1]])
        return self

    def within(self, rows: Integers) -> Communities:
        """The same search among some of the rows only, for clusters that are no smaller."""
        some = (None if values is None else values[rows] for values in (self.counts, self.sources, self.poles))
        counts, sources, poles = some
        return Communities(counts, sources=sources, poles=poles, least=self.least_, seed=self.seed)

    def predict(self, X: Vectors, sources: Integers | None = None) -> tuple[Integers, Floats]:  # noqa: N803
        """Cluster and confidence of further rows: that of most of their nearest neighbours, weighted by similarity.

        None (-1, with confidence 0) where a row is farther from the cluster than nearly all of its members.
        """
        labels, confidence = np.full(len(X), NONE), np.zeros(len(X))
        members = np.flatnonzero(self._labels != NONE)
        if not len(members):
            return labels, confidence
        clusters = len(self._centroids)
        for start in range(0, len(X), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(X)))
            similarity = X[rows] @ self._vectors[members].T
            if sources is not None:
                similarity[sources[rows][:, None] == self._sources[members]] = -1.0
            nearest, near = _largest(similarity, min(_NEIGHBOURS, len(members)))
            votes = np.zeros((len(rows), clusters))
            np.add.at(votes, (np.arange(len(rows))[:, None], self._labels[members][nearest]), np.exp(_SHARPNESS * near))
            best = votes.argmax(axis=1)
            fits = np.einsum("nd,nd->n", X[rows], self._centroids[best]) >= self._reach[best]
            labels[rows[fits]] = best[fits]
            confidence[rows[fits]] = (votes.max(axis=1) / votes.sum(axis=1))[fits]
        return labels, confidence


def least_of(texts: int) -> int:
    """How many of so many texts make a cluster."""
    return max(2, round(np.sqrt(texts) / 8))


def neighbour_graph(vectors: Vectors, sources: Integers) -> Graph:
    """Joins every row of unit vectors to its nearest neighbours of other sources.

    Similarity is corrected for hubs, rows that are near to everything (CSLS: Conneau et al. 2018). Rows that are no
    more alike than any two are not joined.
    """
    empty = np.empty(0, np.int64)
    if len(vectors) < 2:
        return Graph(len(vectors), empty, empty, np.empty(0))
    nearest, near = _nearest(vectors, sources, min(2 * _NEIGHBOURS, len(vectors) - 1))
    hub = near[:, :_HUBNESS].mean(axis=1)
    corrected = 2 * near - hub[:, None] - hub[nearest]
    order = np.argsort(-corrected, axis=1, kind="stable")[:, :_NEIGHBOURS]
    target, alike, corrected = (np.take_along_axis(values, order, axis=1) for values in (nearest, near, corrected))
    row, column = np.nonzero(alike > _chance(vectors, 2))
    other = target[row, column]
    weight = np.exp(_SHARPNESS * corrected[row, column].astype(np.float64))
    left, right = np.minimum(row, other), np.maximum(row, other)
    # An edge found from both ends is one edge.
    edges, which = np.unique(left * len(vectors) + right, return_inverse=True)
    strongest = np.zeros(len(edges))
    np.maximum.at(strongest, which, weight)
    return Graph(len(vectors), edges // len(vectors), edges % len(vectors), strongest)


def consensus(graph: Graph, seed: int = 0) -> tuple[Floats, float]:
    """How often the ends of each edge fall together when the graph is cut again and again, and the scale that fits.

    A scale counts the more the better its cuts agree with one another: structure that is there is found again.
    """
    together, agreement = [], []
    for scale in _SCALES:
        cuts = list(_cuts(graph, scale, seed))
        together.append(np.mean([cut[graph.left] == cut[graph.right] for cut in cuts], axis=0))
        agreement.append(_agreement(cuts))
    weight = np.exp((np.array(agreement) - max(agreement)) / _AGREEMENT_STEP)
    weight /= weight.sum()
    return weight @ np.array(together), float(np.exp(weight @ np.log(_SCALES)))


def leiden(graph: Graph, resolution: float, seed: int, *, trials: int = 1) -> Integers:
    """Communities of a graph by modularity, numbered from 0; a row without edges is one of its own."""
    from graspologic_native import leiden as partition

    names = [str(row) for row in range(graph.rows)]
    edges = [
        (names[a], names[b], w)
        for a, b, w in zip(graph.left.tolist(), graph.right.tolist(), graph.weight.tolist(), strict=True)
    ]
    found: dict[str, int] = {}
    if edges:
        _, found = partition(
            edges, resolution=resolution, randomness=0.001, iterations=3, use_modularity=True, seed=seed, trials=trials
        )
    alone = max(found.values(), default=-1) + 1
    raw = [found.get(name, alone + row) for row, name in enumerate(names)]
    # The numbers that the library gives mean nothing: count communities by their first row.
    number = {label: at for at, label in enumerate(dict.fromkeys(raw))}
    return np.array([number[label] for label in raw], np.int64)


def centroids(vectors: Vectors, labels: Integers) -> Vectors:
    """Unit-length mean of each cluster 0 … max(labels)."""
    clusters = labels.max(initial=-1) + 1
    means = np.zeros((clusters, vectors.shape[1]), np.float32)
    np.add.at(means, labels[labels != NONE], vectors[labels != NONE])
    unit: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return unit


def _cuts(graph: Graph, scale: float, seed: int) -> Iterator[Integers]:
    for cut in range(_CUTS):
        generator = np.random.default_rng((seed, cut, round(scale * 10)))
        kept = generator.random(len(graph.weight)) >= _DROPPED
        yield leiden(graph.keep(graph.weight * kept), scale, seed * _CUTS + cut)


def _agreement(cuts: list[Integers]) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(np.mean([adjusted_rand_score(a, b) for at, a in enumerate(cuts) for b in cuts[:at]]))


def _nearest(vectors: Vectors, sources: Integers, count: int) -> tuple[Integers, Vectors]:
    """The nearest rows of other sources of each row, nearest first, and their similarities: both (n, count).

    Where there are fewer such rows, others fill the places, with a similarity of -1.
    """
    found = []
    for start in range(0, len(vectors), _BLOCK):
        similarity = vectors[start : start + _BLOCK] @ vectors.T
        similarity[sources[start : start + _BLOCK][:, None] == sources] = -1.0
        found.append(_largest(similarity, count))
    return np.concatenate([index for index, _ in found]), np.concatenate([near for _, near in found])


def _largest(similarity: Vectors, count: int) -> tuple[Integers, Vectors]:
    index = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    near = np.take_along_axis(similarity, index, axis=1)
    order = np.lexsort((index, -near), axis=1)
    return np.take_along_axis(index, order, axis=1), np.take_along_axis(near, order, axis=1)


def _chance(vectors: Vectors, deviations: float) -> float:
    """A similarity that few pairs of unrelated rows reach: robust standard deviations above the median pair."""
    some = vectors[:_BLOCK]
    if len(some) < 2:
        return -1.0
    pairs = (some @ some.T)[np.triu_indices(len(some), 1)]
    middle = np.median(pairs)
    return float(middle + deviations * 1.4826 * np.median(np.abs(pairs - middle)))


def _split_opposed(labels: Integers, poles: Integers, least: int) -> Integers:
    """Complaint and praise about the same thing are two causes, unless the few may just have been misread."""
    labels = labels.copy()
    for label in range(labels.max(initial=-1) + 1):
        down, up = (np.flatnonzero((labels == label) & (poles == pole)) for pole in (-1, 1))
        fewer = min(down, up, key=len)
        if len(fewer) >= max(least, _OPPOSED * (len(down) + len(up))):
            labels[fewer] = labels.max() + 1
    return labels


def _drop_small(labels: Integers, counts: Integers, sources: Integers, least: int) -> Integers:
    """Clusters with fewer than `least` texts of different sources dissolve; the others are numbered from 0, largest
    first."""
    inside = labels != NONE
    size = np.bincount(labels[inside], weights=counts[inside] - 1)
    size += np.bincount(np.unique(np.stack([labels[inside], sources[inside]]), axis=1)[0], minlength=len(size))
    order = np.argsort(-size, kind="stable")
    kept = order[size[order] >= least]
    number = np.full(len(size) + 1, NONE)  # the last place is that of NONE
    number[kept] = np.arange(len(kept))
    return number[labels]


def _similarity(vectors: Vectors, labels: Integers) -> Floats:
    """Of each row to the centroid of its cluster; 1 for rows of none."""
    similarity = np.ones(len(vectors))
    inside = labels != NONE
    similarity[inside] = np.einsum("nd,nd->n", vectors[inside], centroids(vectors, labels)[labels[inside]])
    return similarity


def _share_within(graph: Graph, weight: Floats, labels: Integers) -> Floats:
    """Of the weight of each row's edges, the share in `weight` that leads to its own cluster; 0 for none."""
    whole, inside = np.zeros(graph.rows), np.zeros(graph.rows)
    same = (labels[graph.left] == labels[graph.right]) & (labels[graph.left] != NONE)
    for ends in (graph.left, graph.right):
        np.add.at(whole, ends, graph.weight)
        np.add.at(inside, ends[same], weight[same])
    return inside / np.maximum(whole, 1e-12)


def _reach(vectors: Vectors, labels: Integers, centres: Vectors) -> Floats:
    """The similarity to a cluster's centroid below which hardly any member lies: three standard deviations below the
    mean, but not where unrelated rows lie."""
    near = [vectors[labels == label] @ centre for label, centre in enumerate(centres)]
    return np.maximum([inside.mean() - 3 * inside.std() for inside in near], _chance(vectors, 1))
