"""The nearest-neighbour graph of unit vectors: which rows are similar, and how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Integers, Vectors

NEIGHBOURS = 18
#: The weight of a neighbour is exp(SHARPNESS · similarity).
SHARPNESS = 3.5
#: Neighbours whose mean similarity measures how easily a row is a neighbour of any other (its hubness).
_HUBNESS_NEIGHBOURS = 20
#: Rows that are compared with all others at a time.
BLOCK = 1024
#: Factor from the median absolute deviation to the standard deviation of a normal distribution.
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True)
class Graph:
    """Undirected weighted edges between `rows` rows: edge e joins `left[e]` < `right[e]` with `weight[e]`."""

    rows: int
    left: Integers
    right: Integers
    weight: Floats

    def reweighted(self, weight: Floats) -> Graph:
        """The same rows with other weights (edges,); edges of weight 0 are dropped."""
        mask = weight > 0
        return Graph(self.rows, self.left[mask], self.right[mask], weight[mask])

    def subgraph(self, rows: Integers) -> Graph:
        """The given rows, numbered in that order, and the edges between them."""
        index = np.full(self.rows, -1)
        index[rows] = np.arange(len(rows))
        edges = self.edges_within(rows)
        left, right = index[self.left[edges]], index[self.right[edges]]
        return Graph(len(rows), np.minimum(left, right), np.maximum(left, right), self.weight[edges])

    def edges_within(self, rows: Integers) -> Integers:
        """The indices of the edges between two of the given rows."""
        mask = np.zeros(self.rows, bool)
        mask[rows] = True
        return np.flatnonzero(mask[self.left] & mask[self.right])


def neighbour_graph(vectors: Vectors, sources: Integers) -> Graph:
    """Joins every row of unit vectors (n, d) to its nearest neighbours from other sources.

    Similarity is corrected for hubs, rows that are near to everything (CSLS: Conneau et al. 2018). Rows that are no
    more similar than unrelated rows are not joined.
    """
    empty = np.empty(0, np.int64)
    if len(vectors) < 2:
        return Graph(len(vectors), empty, empty, np.empty(0))
    nearest, similarity = _nearest_neighbours(vectors, sources, min(2 * NEIGHBOURS, len(vectors) - 1))
    hubness = similarity[:, :_HUBNESS_NEIGHBOURS].mean(axis=1)
    corrected = 2 * similarity - hubness[:, None] - hubness[nearest]
    order = np.argsort(-corrected, axis=1, kind="stable")[:, :NEIGHBOURS]
    nearest, similarity, corrected = (
        np.take_along_axis(values, order, axis=1) for values in (nearest, similarity, corrected)
    )
    row, column = np.nonzero(similarity > unrelated_similarity(vectors, 2))
    other = nearest[row, column]
    weight = np.exp(SHARPNESS * corrected[row, column].astype(np.float64))
    left, right = np.minimum(row, other), np.maximum(row, other)
    # Two rows may each be a neighbour of the other: that is one edge.
    edges, index = np.unique(left * len(vectors) + right, return_inverse=True)
    max_weight = np.zeros(len(edges))
    np.maximum.at(max_weight, index, weight)
    return Graph(len(vectors), edges // len(vectors), edges % len(vectors), max_weight)


def top_k(similarity: Vectors, k: int) -> tuple[Integers, Vectors]:
    """The column indices of the k largest values of each row, largest first, and the values: both (n, k)."""
    columns = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
    values = np.take_along_axis(similarity, columns, axis=1)
    order = np.lexsort((columns, -values), axis=1)
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def unrelated_similarity(vectors: Vectors, deviations: float) -> float:
    """A similarity that few pairs of unrelated rows reach: so many standard deviations above the median of all pairs.

    The standard deviation is estimated robustly, from the median absolute deviation of pairs of the first rows.
    """
    sample = vectors[:BLOCK]
    if len(sample) < 2:
        return -1.0
    pairs = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    median = np.median(pairs)
    return float(median + deviations * _MAD_TO_SD * np.median(np.abs(pairs - median)))


def _nearest_neighbours(vectors: Vectors, sources: Integers, count: int) -> tuple[Integers, Vectors]:
    """The nearest rows from other sources, nearest first, and their similarities: both (n, count).

    If there are fewer such rows, rows of the same source fill up, with a similarity of -1.
    """
    blocks = []
    for start in range(0, len(vectors), BLOCK):
        similarity = vectors[start : start + BLOCK] @ vectors.T
        similarity[sources[start : start + BLOCK][:, None] == sources] = -1.0
        blocks.append(top_k(similarity, count))
    return np.concatenate([rows for rows, _ in blocks]), np.concatenate([values for _, values in blocks])
