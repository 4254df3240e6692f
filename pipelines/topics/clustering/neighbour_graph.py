"""The graph of nearest neighbours: which rows of unit vectors are near to one another, and how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Integers, Vectors

NEIGHBOURS = 18
SHARPNESS = 3.5  # of weights: exp(3.5 × similarity)
_HUBNESS = 20  # neighbours whose mean similarity tells how easily a row is anyone's neighbour
BLOCK = 1024


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

    def among(self, rows: Integers) -> Graph:
        """The rows given, numbered in their order, and the edges between them."""
        place = np.full(self.rows, -1)
        place[rows] = np.arange(len(rows))
        edges = self.edges_among(rows)
        left, right = place[self.left[edges]], place[self.right[edges]]
        return Graph(len(rows), np.minimum(left, right), np.maximum(left, right), self.weight[edges])

    def edges_among(self, rows: Integers) -> Integers:
        """Which edges are between two of the rows given."""
        inside = np.zeros(self.rows, bool)
        inside[rows] = True
        return np.flatnonzero(inside[self.left] & inside[self.right])


def neighbour_graph(vectors: Vectors, sources: Integers) -> Graph:
    """Joins every row of unit vectors to its nearest neighbours of other sources.

    Similarity is corrected for hubs, rows that are near to everything (CSLS: Conneau et al. 2018). Rows that are no
    more alike than any two are not joined.
    """
    empty = np.empty(0, np.int64)
    if len(vectors) < 2:
        return Graph(len(vectors), empty, empty, np.empty(0))
    nearest, near = _nearest(vectors, sources, min(2 * NEIGHBOURS, len(vectors) - 1))
    hub = near[:, :_HUBNESS].mean(axis=1)
    corrected = 2 * near - hub[:, None] - hub[nearest]
    order = np.argsort(-corrected, axis=1, kind="stable")[:, :NEIGHBOURS]
    target, alike, corrected = (np.take_along_axis(values, order, axis=1) for values in (nearest, near, corrected))
    row, column = np.nonzero(alike > chance(vectors, 2))
    other = target[row, column]
    weight = np.exp(SHARPNESS * corrected[row, column].astype(np.float64))
    left, right = np.minimum(row, other), np.maximum(row, other)
    # An edge found from both ends is one edge.
    edges, which = np.unique(left * len(vectors) + right, return_inverse=True)
    strongest = np.zeros(len(edges))
    np.maximum.at(strongest, which, weight)
    return Graph(len(vectors), edges // len(vectors), edges % len(vectors), strongest)


def _nearest(vectors: Vectors, sources: Integers, count: int) -> tuple[Integers, Vectors]:
    """The nearest rows of other sources of each row, nearest first, and their similarities: both (n, count).

    Where there are fewer such rows, others fill the places, with a similarity of -1.
    """
    found = []
    for start in range(0, len(vectors), BLOCK):
        similarity = vectors[start : start + BLOCK] @ vectors.T
        similarity[sources[start : start + BLOCK][:, None] == sources] = -1.0
        found.append(largest(similarity, count))
    return np.concatenate([index for index, _ in found]), np.concatenate([near for _, near in found])


def largest(similarity: Vectors, count: int) -> tuple[Integers, Vectors]:
    """Where the largest values of each row are, largest first, and the values: both (n, count)."""
    index = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    near = np.take_along_axis(similarity, index, axis=1)
    order = np.lexsort((index, -near), axis=1)
    return np.take_along_axis(index, order, axis=1), np.take_along_axis(near, order, axis=1)


def chance(vectors: Vectors, deviations: float) -> float:
    """A similarity that few pairs of unrelated rows reach: robust standard deviations above the median pair."""
    some = vectors[:BLOCK]
    if len(some) < 2:
        return -1.0
    pairs = (some @ some.T)[np.triu_indices(len(some), 1)]
    middle = np.median(pairs)
    return float(middle + deviations * 1.4826 * np.median(np.abs(pairs - middle)))
