"""Clusters as communities of a nearest-neighbour graph: the clustering stage that `pipelines.topics.clauses` gives to BERTopic.

Density clustering leaves a third of short texts without a cluster, and where it cuts is a setting. A graph of nearest
neighbours holds every text. How finely it falls apart is read from the data: what ends up together in many cuts is a
cluster (`pipelines.topics.clustering.consensus`), and one that is too mixed to be a cause is cut further (`pipelines.topics.clustering.cohesion`).
`saywhy evaluate topics` compares this with the alternatives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers, Vectors, unit
from pipelines.topics.clustering.cohesion import tighten, to_cluster
from pipelines.topics.clustering.consensus import consensus, leiden
from pipelines.topics.clustering.neighbour_graph import (
    BLOCK,
    NEIGHBOURS,
    SHARPNESS,
    Graph,
    chance,
    largest,
    neighbour_graph,
)

#: Members among which neighbours of further rows are looked for: a million rows would wait for more.
_VOTERS = 4_000
_TRIALS = 12  # of the last cut, the best of which counts: with fewer, which one is found hangs on the seed
#: A row that founds no cluster joins one within so many standard deviations of the average member; a row left over, …
_JOINING, _LEFT_OVER = 1.0, 3.0
#: Power of how often the ends of an edge fall together, in its weight: with 1, clusters are coarser and agree a little
#: worse with labels; with 2, runs with other seeds agree worse.
_SHARPENED = 1.4
#: Pairs of a cluster are more alike than unrelated ones by this many standard deviations, and its members to it by …
_COHESION, _MEMBERSHIP = 1.5, 1.0
_OPPOSED = 0.25  # share of a cluster that makes a cluster of its own where it feels the opposite


class Communities:
    """Finds clusters of unit vectors. Same input, same clusters: nothing is random but the seeded cuts.

    After `fit`: `labels_` (n,) cluster of each row or -1; `probabilities_` (n,) in 0 … 1, the share of a row's
    neighbourhood that is reliably in its cluster; `stability_` (clusters,) in 0 … 1, how well a cluster is the same in
    all cuts: see `_stability`.
    """

    def __init__(
        self,
        counts: Integers | None = None,
        *,
        sources: Integers | None = None,
        poles: Integers | None = None,
        languages: Sequence[str] | None = None,
        founds: NDArray[np.bool_] | None = None,
        least: int | None = None,
        seed: int = 0,
    ) -> None:
        """What is known of the rows, each (n,); of more rows than are fitted, it is known of further ones.

        `counts`: how many texts a row stands for (one). `sources`: the comment it is from (each from its own); rows of
        one comment share its context, not a cause, and are not neighbours. `poles`: -1, 0 or 1 (all 0); where a good
        part of a cluster is opposed to the rest of it, it is a cluster of its own. `languages`: pairs of two languages
        do not tell how alike a cluster is. `founds` (all do): rows that do not found clusters join those of the others
        where they are near. `least` is the number of texts that make a cluster; left out, it grows with
        the square root of all.
        """
        self.counts = counts
        self.sources = sources
        self.poles = poles
        self.languages = None if languages is None else [language.partition("-")[0] for language in languages]
        self.founds = founds
        self.least = least
        self.seed = seed

    def fit(self, X: Vectors, y: object = None) -> Self:  # noqa: ARG002, N803
        """Cluster rows of unit vectors (n, d), in an order that depends on nothing but them."""
        fitted = slice(0, len(X))
        counts = np.ones(len(X), np.int64) if self.counts is None else self.counts[fitted]
        sources = np.arange(len(X)) if self.sources is None else self.sources[fitted]
        poles = np.zeros(len(X), np.int64) if self.poles is None else self.poles[fitted]
        groups = np.zeros(len(X), np.int64)
        if self.languages is not None:
            groups = np.unique(self.languages[fitted], return_inverse=True)[1]
        founds = np.ones(len(X), bool) if self.founds is None else self.founds[fitted]
        self.least_ = least_of(int(counts.sum())) if self.least is None else self.least
        labels, confidence = np.full(len(X), NONE), np.zeros(len(X))
        rows = np.flatnonzero(founds)
        labels[rows], confidence[rows] = self._found(X[rows], counts[rows], sources[rows], poles[rows], groups[rows])
        self._vectors, self._sources, self._labels = X, sources, labels.copy()
        self._centroids = centroids(X, labels)
        self._reach = np.stack([_reach(X, labels, self._centroids, far) for far in (_LEFT_OVER, _JOINING)])
        left = np.flatnonzero(labels == NONE)
        labels[left], confidence[left] = self.predict(X[left], sources[left], founds[left])
        self.labels_: Integers = labels
        self.probabilities_: Floats = confidence
        return self

    def _found(
        self,
        X: Vectors,  # noqa: N803
        counts: Integers,
        sources: Integers,
        poles: Integers,
        groups: Integers,
    ) -> tuple[Integers, Floats]:
        """Clusters of rows that found some, and how much of each row's neighbourhood is reliably in its own."""
        graph = neighbour_graph(X, sources)
        together, scale = consensus(graph, self.seed)
        found = leiden(graph.keep(graph.weight * together**_SHARPENED), scale, self.seed, trials=_TRIALS)
        limit, least = chance(X, _COHESION), self.least_
        found, together = tighten(graph, together, X, found, groups, limit=limit, least=least, seed=self.seed)
        found = _split_opposed(found, poles, least)
        found[to_cluster(X, found) <= chance(X, _MEMBERSHIP)] = NONE
        labels = _drop_small(found, counts, sources, least)
        confidence = _share_within(graph, graph.weight * together, labels)
        confidence[(labels != NONE) & (counts >= least)] = 1.0
        self.stability_ = _stability(graph, together, labels)
        return labels, confidence

    def predict(
        self,
        X: Vectors,  # noqa: N803
        sources: Integers | None = None,
        founds: NDArray[np.bool_] | None = None,
    ) -> tuple[Integers, Floats]:
        """Cluster and confidence of further rows: that of most of their nearest neighbours, weighted by similarity.

        `sources` (n,) says which rows are of one comment, and no neighbours; left out, none are of a comment fitted.
        None (-1, with confidence 0) where a row is farther from the cluster than nearly all of its members, or than
        five in six of them where it does not found any: `founds` (n,), all do if left out.
        """
        labels, confidence = np.full(len(X), NONE), np.zeros(len(X))
        members = np.flatnonzero(self._labels != NONE)
        members = members[:: max(1, -(-len(members) // _VOTERS))] if sources is None else members
        if not len(members):
            return labels, confidence
        clusters = len(self._centroids)
        joins = np.zeros(len(X), np.int64) if founds is None else (~founds).astype(np.int64)
        for start in range(0, len(X), BLOCK):
            rows = np.arange(start, min(start + BLOCK, len(X)))
            similarity = X[rows] @ self._vectors[members].T
            if sources is not None:
                similarity[sources[rows][:, None] == self._sources[members]] = -1.0
            nearest, near = largest(similarity, min(NEIGHBOURS, len(members)))
            votes = np.zeros((len(rows), clusters))
            np.add.at(votes, (np.arange(len(rows))[:, None], self._labels[members][nearest]), np.exp(SHARPNESS * near))
            best = votes.argmax(axis=1)
            fits = np.einsum("nd,nd->n", X[rows], self._centroids[best]) >= self._reach[joins[rows], best]
            labels[rows[fits]] = best[fits]
            confidence[rows[fits]] = (votes.max(axis=1) / votes.sum(axis=1))[fits]
        return labels, confidence


def least_of(texts: int) -> int:
    """How many of so many texts make a cluster."""
    return max(2, round(math.sqrt(texts) / 8))


def centroids(vectors: Vectors, labels: Integers) -> Vectors:
    """Unit-length mean of each cluster 0 … max(labels)."""
    clusters = labels.max(initial=-1) + 1
    means = np.zeros((clusters, vectors.shape[1]), np.float32)
    np.add.at(means, labels[labels != NONE], vectors[labels != NONE])
    return unit(means)


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


def _share_within(graph: Graph, weight: Floats, labels: Integers) -> Floats:
    """Of the weight of each row's edges, the share in `weight` that leads to its own cluster; 0 for none."""
    whole, inside = np.zeros(graph.rows), np.zeros(graph.rows)
    same = (labels[graph.left] == labels[graph.right]) & (labels[graph.left] != NONE)
    for ends in (graph.left, graph.right):
        np.add.at(whole, ends, graph.weight)
        np.add.at(inside, ends[same], weight[same])
    return inside / np.maximum(whole, 1e-12)


def _stability(graph: Graph, together: Floats, labels: Integers) -> Floats:
    """Of each cluster, 0 … 1, the Jaccard index of the pairs of neighbours in it and those that fall together in cuts.

    Pairs that are joined by an edge, weighted by it, count as often as they fall together; of pairs of which one is in
    the cluster, those that never do count for nothing.
    """
    clusters = labels.max(initial=-1) + 1
    left, right, agreed = labels[graph.left], labels[graph.right], graph.weight * together
    same = (left == right) & (left != NONE)
    both = np.bincount(left[same], agreed[same], clusters)
    either = np.bincount(left[same], graph.weight[same], clusters).astype(np.float64)  # of nothing it is of integers
    for ends in (left, right):
        leaving = (left != right) & (ends != NONE)
        either += np.bincount(ends[leaving], agreed[leaving], clusters)
    stability: Floats = both / np.maximum(either, 1e-12)
    return stability


def _reach(vectors: Vectors, labels: Integers, centres: Vectors, deviations: float) -> Floats:
    """The similarity to a cluster's centroid so many standard deviations below that of the average member, but not
    where the similarity to the average member is that of unrelated rows."""
    unrelated = chance(vectors, _MEMBERSHIP)
    reach = []
    for label, centre in enumerate(centres):
        near = vectors[labels == label] @ centre
        reach.append(max(near.mean() - deviations * near.std(), unrelated / max(near.mean(), 1e-6)))
    return np.array(reach)
