"""Matches the clusters of two clusterings by shared members, and by centroids where no member is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import Floats, Integers, Vectors
from pipelines.topics.tracking.grow import SAME_CENTROID
from pipelines.topics.tracking.nearest import centroid
from saywhy.topic import Cluster

if TYPE_CHECKING:
    pass


#: Two topics are the same if one holds at least this share of the other's members that are still there,
#: or, where none is left, if their centroids are as similar as `SAME_CENTROID`.
SAME_MEMBERS = 0.5


_TIE = 0.05  # what centroids weigh beside shared members


@dataclass(frozen=True, slots=True)
class ClusterMatching:
    """Which old ones live on as which new ones, and what they share, as shares of known members: both (old, new)."""

    heir: dict[int, int]
    of_old: Floats
    of_new: Floats

    @property
    def origin(self) -> dict[int, int]:
        return {new: old for old, new in self.heir.items()}


def match(old: Integers, new: Integers, weight: Integers, closeness: Floats, free: Integers) -> ClusterMatching:
    """Match old to new ones so that they share most: places of members (n,), -1 for none, how much each counts (n,).

    `closeness` (old, new) is the similarity of centroids, -1 where it is not known; `free` the old ones to match.
    """
    from scipy.optimize import linear_sum_assignment

    olds, news = closeness.shape
    shared = np.zeros((olds + 1, news + 1))  # the last are those of none
    np.add.at(shared, (old, new), weight)
    known_old, known_new = shared.sum(axis=1)[:olds], shared.sum(axis=0)[:news]
    shared = shared[:olds, :news]
    of_old = shared / np.maximum(known_old, 1)[:, None]
    of_new = shared / np.maximum(known_new, 1)[None, :]
    union = known_old[:, None] + known_new[None, :] - shared
    score = shared / np.maximum(union, 1) + _TIE * np.maximum(closeness, 0)
    is_same = (np.maximum(of_old, of_new) >= SAME_MEMBERS) | ((known_old[:, None] == 0) & (closeness >= SAME_CENTROID))
    rows, columns = linear_sum_assignment(np.where(is_same, score, 0)[free], maximize=True)
    pairs = [(int(free[row]), column) for row, column in zip(rows, columns.tolist(), strict=True)]
    return ClusterMatching({row: column for row, column in pairs if is_same[row, column]}, of_old, of_new)


def _closeness(old: Sequence[Cluster], new: Sequence[Vectors], model: str) -> Floats:
    """Similarity of centroids (old, new); -1 where the old one is of another model version."""
    found = np.full((len(old), len(new)), -1.0)
    for at, cluster in enumerate(old):
        if cluster.model == model and len(new):
            found[at] = np.stack(new) @ centroid(cluster)
    return found
