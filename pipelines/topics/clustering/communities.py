"""Clusters as communities of the nearest-neighbour graph: the clustering stage that is given to BERTopic.

Density clustering leaves a third of short texts without a cluster, and its granularity is a setting. The graph contains
every text, and its granularity is read from the data: rows that are in one community in most partitions are a cluster
(`consensus`), and one that is too mixed to be one cause is divided (`cohesion`). `saywhy evaluate topics` compares this
with the alternatives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers, Vectors, unit
from pipelines.topics.clustering.cohesion import divide_mixed, similarity_to_cluster
from pipelines.topics.clustering.consensus import consensus, leiden
from pipelines.topics.clustering.neighbour_graph import (
    BLOCK,
    NEIGHBOURS,
    SHARPNESS,
    Graph,
    neighbour_graph,
    top_k,
    unrelated_similarity,
)

#: Members among which the neighbours of further rows are searched: for a million rows, more would take too long.
_MAX_VOTERS = 4_000
#: Runs of the final Leiden partition, of which the best counts: with fewer, the result depends on the seed.
_TRIALS = 12
#: How many standard deviations below the average member's similarity to the centroid a row may be to join a cluster:
#: a row that cannot seed one, and a row that can.
_NEAR_DEVIATIONS, _FAR_DEVIATIONS = 1.0, 3.0
#: Exponent of the co-membership in the weight of an edge. With 1, clusters are coarser and agree slightly worse with
#: labels; with 2, runs with different seeds agree worse (.88 against .959 on the German texts of ADR 5).
_CO_MEMBERSHIP_EXPONENT = 1.4
#: A text that occurs so often word for word was picked from a list. If picked texts are so large a share of all, each
#: of them is a cluster: people chose between them, so they mean different things, and a graph of so few texts has no
#: communities.
_PICKED, _PICKED_SHARE = 5, 0.5
#: Standard deviations above unrelated pairs that pairs of members, and members with their cluster, must be on average.
_COHESION_DEVIATIONS, _MEMBER_DEVIATIONS = 1.1, 1.0
#: Share of a cluster from which on the members of the opposite polarity are a cluster of their own.
_OPPOSED_SHARE = 0.25


class Communities:
    """Clusters unit vectors. The same input and seed always give the same clusters.

    After `fit`: `labels_` (n,) is the cluster of each row, -1 for none; `probabilities_` (n,), 0 … 1, is the share of a
    row's edge weight that is reliably within its cluster; `stability_` (clusters,), 0 … 1, see `_stability`; and
    `min_size_` the number of texts that make a cluster.
    """

    def __init__(
        self,
        counts: Integers | None = None,
        *,
        sources: Integers | None = None,
        polarity_sign: Integers | None = None,
        languages: Sequence[str] | None = None,
        can_seed: NDArray[np.bool_] | None = None,
        min_size: int | None = None,
        seed: int = 0,
    ) -> None:
        """Columns of the rows, each (n,). They may be longer than what is fitted, for later calls of `predict`.

        - `counts`: how many texts a row stands for (default 1).
        - `sources`: the comment that a row is from (default: each from another). Rows of one comment are similar by
          their context, not by a cause, so they are never neighbours.
        - `polarity_sign`: -1, 0 or 1 (default 0). Where a quarter of a cluster has the opposite sign, it is split.
        - `languages`: pairs of different languages are left out where the cohesion of a cluster is measured.
        - `can_seed` (default: all can): rows that cannot only join the clusters of the others, where they are near.
        - `min_size`: the number of texts that make a cluster; by default it grows with the square root of all.
        """
        self.counts = counts
        self.sources = sources
        self.polarity_sign = polarity_sign
        self.languages = None if languages is None else [language.partition("-")[0] for language in languages]
        self.can_seed = can_seed
        self.min_size = min_size
        self.seed = seed

    def fit(self, X: Vectors, y: object = None) -> Self:  # noqa: ARG002, N803
        """Cluster rows of unit vectors (n, d)."""
        fitted = slice(0, len(X))
        counts = np.ones(len(X), np.int64) if self.counts is None else self.counts[fitted]
        sources = np.arange(len(X)) if self.sources is None else self.sources[fitted]
        signs = np.zeros(len(X), np.int64) if self.polarity_sign is None else self.polarity_sign[fitted]
        languages = np.zeros(len(X), np.int64)
        if self.languages is not None:
            languages = np.unique(self.languages[fitted], return_inverse=True)[1]
        can_seed = np.ones(len(X), bool) if self.can_seed is None else self.can_seed[fitted]
        self.counts_: Integers = counts
        self.min_size_ = min_cluster_size(int(counts.sum())) if self.min_size is None else self.min_size
        labels, confidence = np.full(len(X), NONE), np.zeros(len(X))
        rows = np.flatnonzero(can_seed)
        labels[rows], confidence[rows] = self._cluster(
            X[rows], counts[rows], sources[rows], signs[rows], languages[rows]
        )
        self._vectors, self._sources, self._labels = X, sources, labels.copy()
        self._centroids = centroids(X, labels)
        self._reach = np.stack(
            [_reach(X, labels, self._centroids, deviations) for deviations in (_FAR_DEVIATIONS, _NEAR_DEVIATIONS)]
        )
        unassigned = np.flatnonzero(labels == NONE)
        labels[unassigned], confidence[unassigned] = self.predict(
            X[unassigned], sources[unassigned], can_seed[unassigned]
        )
        self.labels_: Integers = labels
        self.probabilities_: Floats = confidence
        return self

    def predict(
        self,
        X: Vectors,  # noqa: N803
        sources: Integers | None = None,
        can_seed: NDArray[np.bool_] | None = None,
    ) -> tuple[Integers, Floats]:
        """Cluster and confidence (n,) of further rows: the cluster of their nearest neighbours, by weighted vote.

        `sources` (n,) are as in the constructor; left out, all rows are of comments that were not fitted. A row gets -1
        and confidence 0 if it is farther from the cluster than nearly all of its members; if it cannot seed a cluster
        (`can_seed`, (n,), default: all can), if it is farther than five in six of them.
        """
        labels, confidence = np.full(len(X), NONE), np.zeros(len(X))
        voters = np.flatnonzero(self._labels != NONE)
        voters = voters[:: max(1, -(-len(voters) // _MAX_VOTERS))] if sources is None else voters
        if not len(voters):
            return labels, confidence
        reach_row = np.zeros(len(X), np.int64) if can_seed is None else (~can_seed).astype(np.int64)
        for start in range(0, len(X), BLOCK):
            rows = np.arange(start, min(start + BLOCK, len(X)))
            similarity = X[rows] @ self._vectors[voters].T
            if sources is not None:
                similarity[sources[rows][:, None] == self._sources[voters]] = -1.0
            nearest, near = top_k(similarity, min(NEIGHBOURS, len(voters)))
            votes = np.zeros((len(rows), len(self._centroids)))
            np.add.at(votes, (np.arange(len(rows))[:, None], self._labels[voters][nearest]), np.exp(SHARPNESS * near))
            best = votes.argmax(axis=1)
            is_near = np.einsum("nd,nd->n", X[rows], self._centroids[best]) >= self._reach[reach_row[rows], best]
            labels[rows[is_near]] = best[is_near]
            confidence[rows[is_near]] = (votes.max(axis=1) / votes.sum(axis=1))[is_near]
        return labels, confidence

    def _cluster(
        self,
        X: Vectors,  # noqa: N803
        counts: Integers,
        sources: Integers,
        signs: Integers,
        languages: Integers,
    ) -> tuple[Integers, Floats]:
        """Cluster and confidence of the rows that can seed one; sets `stability_`."""
        min_size = self.min_size_
        is_picked = counts >= max(min_size, _PICKED)
        if counts[is_picked].sum() > _PICKED_SHARE * counts.sum():
            labels = _drop_small(np.where(is_picked, np.arange(len(counts)), NONE), counts, sources, min_size)
            self.stability_ = np.ones(labels.max(initial=NONE) + 1)
            return labels, is_picked.astype(np.float64)
        graph = neighbour_graph(X, sources)
        co_membership, resolution = consensus(graph, self.seed)
        weight = graph.weight * co_membership**_CO_MEMBERSHIP_EXPONENT
        labels = leiden(graph.reweighted(weight), resolution, self.seed, trials=_TRIALS)
        min_similarity = unrelated_similarity(X, _COHESION_DEVIATIONS)
        labels, co_membership = divide_mixed(
            graph, co_membership, X, labels, languages, min_similarity=min_similarity, min_size=min_size, seed=self.seed
        )
        labels = _split_opposed(labels, signs, min_size)
        labels[similarity_to_cluster(X, labels) <= unrelated_similarity(X, _MEMBER_DEVIATIONS)] = NONE
        labels = _drop_small(labels, counts, sources, min_size)
        confidence = _share_within(graph, graph.weight * co_membership, labels)
        confidence[(labels != NONE) & (counts >= min_size)] = 1.0
        self.stability_ = _stability(graph, co_membership, labels)
        return labels, confidence


def min_cluster_size(texts: int) -> int:
    """How many of so many texts make a cluster: √texts / 8, at least 2."""
    return max(2, round(math.sqrt(texts) / 8))


def centroids(vectors: Vectors, labels: Integers) -> Vectors:
    """Unit-length mean (clusters, d) of each cluster 0 … max(labels)."""
    clusters = labels.max(initial=-1) + 1
    means = np.zeros((clusters, vectors.shape[1]), np.float32)
    np.add.at(means, labels[labels != NONE], vectors[labels != NONE])
    return unit(means)


def _split_opposed(labels: Integers, signs: Integers, min_size: int) -> Integers:
    """Split complaint from praise about the same thing, unless there are so few that they may be misclassified."""
    labels = labels.copy()
    for label in range(labels.max(initial=-1) + 1):
        negative, positive = (np.flatnonzero((labels == label) & (signs == sign)) for sign in (-1, 1))
        minority = min(negative, positive, key=len)
        if len(minority) >= max(min_size, _OPPOSED_SHARE * (len(negative) + len(positive))):
            labels[minority] = labels.max() + 1
    return labels


def _drop_small(labels: Integers, counts: Integers, sources: Integers, min_size: int) -> Integers:
    """Dissolve clusters with fewer than `min_size` texts of different sources; number the others, largest first."""
    mask = labels != NONE
    size = np.bincount(labels[mask], weights=counts[mask] - 1)
    size += np.bincount(np.unique(np.stack([labels[mask], sources[mask]]), axis=1)[0], minlength=len(size))
    order = np.argsort(-size, kind="stable")
    large = order[size[order] >= min_size]
    number = np.full(len(size) + 1, NONE)  # the last element is for NONE, which indexes it
    number[large] = np.arange(len(large))
    return number[labels]


def _share_within(graph: Graph, weight: Floats, labels: Integers) -> Floats:
    """The share of each row's edge weight that `weight` (edges,) gives to edges within its cluster; 0 for none."""
    total, inside = np.zeros(graph.rows), np.zeros(graph.rows)
    is_within = (labels[graph.left] == labels[graph.right]) & (labels[graph.left] != NONE)
    for ends in (graph.left, graph.right):
        np.add.at(total, ends, graph.weight)
        np.add.at(inside, ends[is_within], weight[is_within])
    return inside / np.maximum(total, 1e-12)


def _stability(graph: Graph, co_membership: Floats, labels: Integers) -> Floats:
    """A weighted Jaccard index (clusters,), 0 … 1: of the edges within a cluster, and of those that partitions join.

    Σ w·c over edges within the cluster, divided by Σ w over the same edges + Σ w·c over edges that leave it, where w is
    the weight and c the co-membership of an edge. Leaving edges that no partition joins count for nothing, so that a
    small cluster is not unstable for being small.
    """
    clusters = labels.max(initial=-1) + 1
    left, right, agreed = labels[graph.left], labels[graph.right], graph.weight * co_membership
    is_within = (left == right) & (left != NONE)
    both = np.bincount(left[is_within], agreed[is_within], clusters)
    # Of no edges, bincount returns integers.
    either = np.bincount(left[is_within], graph.weight[is_within], clusters).astype(np.float64)
    for ends in (left, right):
        is_leaving = (left != right) & (ends != NONE)
        either += np.bincount(ends[is_leaving], agreed[is_leaving], clusters)
    stability: Floats = both / np.maximum(either, 1e-12)
    return stability


def _reach(vectors: Vectors, labels: Integers, centres: Vectors, deviations: float) -> Floats:
    """The lowest similarity (clusters,) to each centroid at which a row joins the cluster.

    So many standard deviations below the mean of the members; but at least so high that the row is more similar to the
    average member than unrelated rows are.
    """
    unrelated = unrelated_similarity(vectors, _MEMBER_DEVIATIONS)
    reach = []
    for label, centre in enumerate(centres):
        similarity = vectors[labels == label] @ centre
        reach.append(max(similarity.mean() - deviations * similarity.std(), unrelated / max(similarity.mean(), 1e-6)))
    return np.array(reach)
