"""Assigns vectors to the nearest known cluster, and to the nearest part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import NONE, Floats, Integers, Vectors, unpack
from saywhy.topic import Cluster

if TYPE_CHECKING:
    pass


#: A clause that no known and no emerging topic claims still goes to the nearest one, if it is no farther beyond the
#: topic's own reach than this share of the reach's distance.
SLACK = 0.25


_NEARER = 0.05  # similarity by which the nearest topic must be nearer than the second for a confidence of .73


_POLES = {"negative": -1, "positive": 1}


_BLOCK = 4096


def assign(
    vectors: Vectors, poles: Integers, clusters: Sequence[Cluster], *, slack: float = 0.0
) -> tuple[Integers, Floats]:
    """The nearest cluster of each unit vector (n, d), where it is within its reach, with a confidence.

    `slack` widens the reach by that share of its distance; below 0 it narrows it. What feels the opposite of a cluster
    (poles -1, 0, 1) is not assigned to it.
    """
    labels, confidence = np.full(len(vectors), NONE), np.zeros(len(vectors))
    if not clusters or not len(vectors):
        return labels, confidence
    centres = np.stack([centroid(cluster) for cluster in clusters])
    reach = np.array([cluster.reach for cluster in clusters])
    reach -= slack * (1 - reach)
    felt = np.array([_POLES.get(cluster.polarity, 0) for cluster in clusters])
    for start in range(0, len(vectors), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(vectors)))
        similarity = (vectors[rows] @ centres.T).astype(np.float64)
        similarity[poles[rows][:, None] * felt == -1] = -1.0
        best = similarity.argmax(axis=1)
        near = similarity[np.arange(len(rows)), best]
        fits = near >= reach[best]
        similarity[np.arange(len(rows)), best] = -1.0
        labels[rows[fits]] = best[fits]
        confidence[rows[fits]] = (1 / (1 + np.exp((similarity.max(axis=1) - near) / _NEARER)))[fits]
    return labels, confidence


def nearest_part(vectors: Vectors, labels: Integers, whole: Sequence[str], parts: Sequence[Cluster]) -> Integers:
    """The place of the nearest part of the cluster that each row is in, -1 where it has no parts or none is near.

    `vectors` (n, d), `labels` (n,) places in `whole`, the ids of the clusters.
    """
    found = np.full(len(labels), NONE)
    for label, cluster in enumerate(whole):
        own = [at for at, part in enumerate(parts) if part.parent == cluster]
        rows = np.flatnonzero(labels == label) if own else np.empty(0, np.int64)
        nearest, _ = assign(vectors[rows], np.zeros(len(rows), np.int64), [parts[at] for at in own], slack=SLACK)
        found[rows] = np.array([*own, NONE])[nearest]
    return found


def centroid(cluster: Cluster) -> Vectors:
    """The centroid of a cluster as floats."""
    return unpack(cluster.centroid)
