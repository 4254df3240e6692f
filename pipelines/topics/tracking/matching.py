"""Matches previous clusters to new ones: by shared members, or by centroids where no member is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Integers, Vectors
from pipelines.topics.tracking.nearest import centroid
from saywhy.topic import Cluster

#: Two clusters can be the same if one contains at least this share of the other's members that still exist.
SAME_MEMBERS = 0.5

#: Where no member is left, two clusters can be the same if their centroids are at least this similar.
SAME_CENTROID = 0.65

#: Weight of the centroids' similarity beside the Jaccard index of members: it decides between equal indices.
_CENTROID_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class ClusterMatching:
    """A one-to-one matching: `successor` is previous index → new index.

    `share_of_old` and `share_of_new` (old, new) are the shares of the members of a previous and of a new cluster that
    both have.
    """

    successor: dict[int, int]
    share_of_old: Floats
    share_of_new: Floats

    @property
    def predecessor(self) -> dict[int, int]:
        return {new: old for old, new in self.successor.items()}


def match(old: Integers, new: Integers, weight: Integers, similarity: Floats, candidates: Integers) -> ClusterMatching:
    """Match so that the sum of Jaccard indices is largest (Hungarian method: Kuhn 1955).

    `old` and `new` (n,) are the previous and the new cluster of each text, -1 for none; `weight` (n,) how many clauses
    it counts for. `similarity` (old, new) is that of centroids, -1 if unknown. Only previous clusters in `candidates`
    are matched.
    """
    from scipy.optimize import linear_sum_assignment

    old_count, new_count = similarity.shape
    shared = np.zeros((old_count + 1, new_count + 1))  # the last row and column are for NONE, which indexes them
    np.add.at(shared, (old, new), weight)
    old_size, new_size = shared.sum(axis=1)[:old_count], shared.sum(axis=0)[:new_count]
    shared = shared[:old_count, :new_count]
    share_of_old = shared / np.maximum(old_size, 1)[:, None]
    share_of_new = shared / np.maximum(new_size, 1)[None, :]
    union = old_size[:, None] + new_size[None, :] - shared
    score = shared / np.maximum(union, 1) + _CENTROID_WEIGHT * np.maximum(similarity, 0)
    shares_members = np.maximum(share_of_old, share_of_new) >= SAME_MEMBERS
    has_same_centroid = (old_size[:, None] == 0) & (similarity >= SAME_CENTROID)
    can_match = shares_members | has_same_centroid
    rows, columns = linear_sum_assignment(np.where(can_match, score, 0)[candidates], maximize=True)
    pairs = [(int(candidates[row]), column) for row, column in zip(rows, columns.tolist(), strict=True)]
    return ClusterMatching({row: column for row, column in pairs if can_match[row, column]}, share_of_old, share_of_new)


def centroid_similarity(old: Sequence[Cluster], new: Sequence[Vectors], model: str) -> Floats:
    """Similarity of centroids (old, new); -1 for a previous cluster of another model version."""
    similarity = np.full((len(old), len(new)), -1.0)
    for row, cluster in enumerate(old):
        if cluster.model == model and len(new):
            similarity[row] = np.stack(new) @ centroid(cluster)
    return similarity
