"""What a run changes: new clusters, sizes, ended clusters, memberships and lineage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, pack
from pipelines.topics.clauses import ClauseSet
from pipelines.topics.clustering.description import ClusterDescription, id_of_texts
from saywhy.code_frame import VERDICT, CodeFrame
from saywhy.topic import MIN_STABILITY, Cluster, ClusteringFit, Lineage, Membership

#: Share of the responses of a cluster that have one of its heaviest keyphrases, below which it has no subject. Set by
#: reading the clusters of four surveys.
_MIN_SUPPORT = 0.2


@dataclass(frozen=True, slots=True)
class ClusteringUpdate:
    """What a run leaves: clusters and memberships that are new or have changed, and what became of clusters."""

    fit: ClusteringFit
    clusters: tuple[Cluster, ...]
    memberships: tuple[Membership, ...]
    lineage: tuple[Lineage, ...]


def create_cluster(description: ClusterDescription, model: str, now: datetime, taken: set[str]) -> Cluster:
    """A new cluster of a description; `with_sizes` fills in theme, polarity and size. Its id is added to `taken`.

    It is vague if few responses share one of its keyphrases, or if it is unstable: clauses that are in one cluster by
    chance have no subject. `with_sizes` also finds it vague if few mention a theme.
    """
    cluster_id, attempt = description.id, 0
    while cluster_id in taken:
        attempt += 1
        cluster_id = id_of_texts([description.id, str(attempt)])
    taken.add(cluster_id)
    return Cluster(
        id=cluster_id,
        theme="",
        label=description.label,
        keywords=description.keywords,
        polarity="",
        size=description.size,
        centroid=pack(description.centroid),
        reach=description.reach,
        model=model,
        found_at=now,
        stability=description.stability,
        labels=dict(description.labels),
        is_vague=description.support < _MIN_SUPPORT or description.stability < MIN_STABILITY,
    )


def continued(old: Cluster, new: Cluster, other_labels: Collection[str]) -> Cluster:
    """The new cluster with id, label, definition and history of the old one; the new label if another has the old."""
    labelled = new if old.label in other_labels else old
    return replace(
        new,
        id=old.id,
        label=labelled.label,
        labels=labelled.labels,
        definition=labelled.definition,
        found_at=old.found_at,
        first_seen=old.first_seen,
        size_before=old.size_before,
    )


def with_sizes(
    clusters: Sequence[Cluster],
    clause_set: ClauseSet,
    labels: Integers,
    is_new_clause: NDArray[np.bool_],
    code_frame: CodeFrame,
    now: datetime,
    locked: Collection[str],
) -> Iterator[Cluster]:
    """The clusters with their sizes; `labels` (texts,) are indices into them.

    New clusters get their theme and polarity. Clusters without clauses end, except `locked` ones.
    """
    summaries = clause_set.summaries(labels, code_frame)
    row_of = clause_set.distinct.row_of
    size_of_known = Counter(labels[row_of[~is_new_clause & (row_of != NONE)]].tolist())
    for label, cluster in enumerate(clusters):
        if label not in summaries:
            yield replace(cluster, size=0, size_before=0, ended_at=None if cluster.id in locked else now)
            continue
        theme, polarity, size, is_vague = summaries[label]
        if not cluster.theme:
            is_vague |= cluster.is_vague
            cluster = replace(cluster, theme=theme, polarity=polarity, is_cause=theme != VERDICT, is_vague=is_vague)
        if is_new_clause.any():
            size_before = size_of_known[label]
        else:
            size_before = size if cluster.found_at == now else cluster.size_before
        yield replace(cluster, size=size, size_before=min(size_before, size))
