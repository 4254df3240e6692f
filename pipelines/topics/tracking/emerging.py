"""Emerging topics: stable clusters among the clauses that fit no known cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers
from pipelines.topics.clauses import ClauseSet, polarity_signs
from pipelines.topics.clustering.clusters import MAX_CLUSTERED
from pipelines.topics.clustering.communities import min_cluster_size
from pipelines.topics.clustering.description import ClusterDescription
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.tracking.matching import SAME_CENTROID
from pipelines.topics.tracking.nearest import SLACK, assign
from saywhy.topic import MIN_STABILITY, Cluster

#: Fewest clauses of an emerging topic, however few there are in all.
MIN_CLAUSES = 5
#: Share of an emerging topic that fits no known cluster.
_MIN_NEW_SHARE = 0.8
#: Known texts that are clustered too, per text that fits no cluster; and their smallest and largest number.
_KNOWN_PER_TEXT, _MIN_KNOWN, _MAX_KNOWN = 3, 200, 4000


def find_emerging(
    centring: LanguageCentring,
    clause_set: ClauseSet,
    clusters: Sequence[Cluster],
    labels: Integers,
    is_new_text: NDArray[np.bool_],
) -> list[tuple[Integers, ClusterDescription]]:
    """The rows and the description of each emerging topic.

    `labels` (texts,) are the known cluster of each distinct text as an index into `clusters`, -1 if it fits none. Known
    texts are clustered with those that fit none, as a cause shows only in contrast to others.
    """
    unassigned = np.flatnonzero(labels == NONE)
    if not is_new_text[unassigned].any():
        return []
    rows = _rows_to_cluster(centring, clause_set, clusters, labels, unassigned)
    is_unassigned = np.isin(rows, unassigned)
    clustered = min(int(clause_set.distinct.counts.sum()), MAX_CLUSTERED)
    min_size = max(MIN_CLAUSES, min_cluster_size(clustered))
    result = clause_set.cluster(rows, centring, min_size=min_size)
    emerging = []
    for label, description in result.descriptions.items():
        is_member = result.labels == label
        new_rows = rows[is_member & is_unassigned]
        if (
            description.stability >= MIN_STABILITY
            and clause_set.distinct.counts[new_rows].sum() >= min_size
            and len(new_rows) >= _MIN_NEW_SHARE * is_member.sum()
            and is_new_text[new_rows].any()
            and not _is_loose(description, clusters)
            and not _is_known(description, int(clause_set.polarity_sign[new_rows].sum()), clusters)
        ):
            emerging.append((new_rows, description))
    return emerging


def _rows_to_cluster(
    centring: LanguageCentring,
    clause_set: ClauseSet,
    clusters: Sequence[Cluster],
    labels: Integers,
    unassigned: Integers,
) -> Integers:
    """The texts that fit no cluster, and evenly spaced known ones.

    Not those of clusters that have the opposite polarity of a text near them: complaint and praise about one thing are
    one community, so that a new cause would be part of it rather than a cluster.
    """
    vectors = clause_set.centred(unassigned, centring)
    nearest, _ = assign(vectors, np.zeros(len(unassigned), np.int64), clusters)
    cluster_signs = np.append(polarity_signs(cluster.polarity for cluster in clusters), 0)  # the last is for NONE
    opposed = np.unique(nearest[clause_set.polarity_sign[unassigned] * cluster_signs[nearest] == -1])
    known = np.setdiff1d(np.flatnonzero(~np.isin(labels, opposed)), unassigned)
    step = max(1, len(known) // min(max(_KNOWN_PER_TEXT * len(unassigned), _MIN_KNOWN), _MAX_KNOWN))
    return np.sort(np.concatenate([unassigned, known[::step]]))


def _is_loose(description: ClusterDescription, clusters: Sequence[Cluster]) -> bool:
    """Whether the cluster is less compact than every known one, with some tolerance: its members share no cause."""
    min_reach = min((cluster.reach for cluster in clusters), default=-1.0)
    return description.reach < min_reach - SLACK * (1 - min_reach)


def _is_known(description: ClusterDescription, polarity_sum: int, clusters: Sequence[Cluster]) -> bool:
    """Whether the centroid is that of a known cluster: then these are the outermost clauses of it."""
    sign = np.array([np.sign(polarity_sum)])
    same = [replace(cluster, reach=SAME_CENTROID) for cluster in clusters]
    (label,), _ = assign(description.centroid[None], sign, same)
    return bool(label != NONE)
