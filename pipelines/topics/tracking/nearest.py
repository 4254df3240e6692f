"""Assigns vectors to the cluster with the nearest centroid, if they are within its reach, and to its nearest part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import NONE, Floats, Integers, Vectors, unpack
from pipelines.topics.clauses import polarity_signs
from saywhy.topic import Cluster

#: How far beyond the reach of the nearest cluster a clause that fits no cluster is still assigned to it, as a share of
#: the distance (1 - similarity) that the reach allows.
SLACK = 0.25

#: Scale of the logistic confidence: .73 if the nearest cluster is more similar than the second by this much.
_CONFIDENCE_SCALE = 0.05

#: Vectors that are compared with all centroids at a time.
_BLOCK = 4096


def assign(
    vectors: Vectors, signs: Integers, clusters: Sequence[Cluster], *, slack: float = 0.0
) -> tuple[Integers, Floats]:
    """The index of the nearest cluster of each unit vector (n, d), and a confidence, both (n,).

    -1 with confidence 0 if the vector is beyond its reach. `slack` extends the allowed distance by that share, or
    shortens it if negative. Vectors are not assigned to a cluster of the opposite polarity (`signs`, (n,): -1, 0, 1).
    """
    labels, confidence = np.full(len(vectors), NONE), np.zeros(len(vectors))
    if not clusters or not len(vectors):
        return labels, confidence
    centroids = np.stack([centroid(cluster) for cluster in clusters])
    reach = np.array([cluster.reach for cluster in clusters])
    reach -= slack * (1 - reach)
    cluster_signs = polarity_signs(cluster.polarity for cluster in clusters)
    for start in range(0, len(vectors), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(vectors)))
        similarity = (vectors[rows] @ centroids.T).astype(np.float64)
        similarity[signs[rows][:, None] * cluster_signs == -1] = -1.0
        labels[rows], confidence[rows] = nearest(similarity, reach)
    return labels, confidence


def nearest(similarity: Floats, reach: Floats) -> tuple[Integers, Floats]:
    """The column of the highest similarity in each row (n, clusters), and a confidence, both (n,).

    -1 with confidence 0 if it is below the `reach` (clusters,) of the column.
    """
    rows = np.arange(len(similarity))
    best = similarity.argmax(axis=1)
    highest = similarity[rows, best]
    is_within = highest >= reach[best]
    others = similarity.copy()
    others[rows, best] = -1.0
    confidence = 1 / (1 + np.exp(-(highest - others.max(axis=1)) / _CONFIDENCE_SCALE))
    return np.where(is_within, best, NONE), np.where(is_within, confidence, 0.0)


def nearest_part(vectors: Vectors, labels: Integers, ids: Sequence[str], parts: Sequence[Cluster]) -> Integers:
    """The index (n,) of the nearest part of the cluster that each row is in, -1 if it has no parts or none is near.

    `labels` (n,) are indices into `ids`, the ids of the clusters.
    """
    part_labels = np.full(len(labels), NONE)
    for label, cluster in enumerate(ids):
        own_parts = [index for index, part in enumerate(parts) if part.parent == cluster]
        rows = np.flatnonzero(labels == label) if own_parts else np.empty(0, np.int64)
        signs = np.zeros(len(rows), np.int64)
        nearest, _ = assign(vectors[rows], signs, [parts[index] for index in own_parts], slack=SLACK)
        part_labels[rows] = np.array([*own_parts, NONE])[nearest]
    return part_labels


def centroid(cluster: Cluster) -> Vectors:
    """The centroid (d,) of a cluster."""
    return unpack(cluster.centroid)
