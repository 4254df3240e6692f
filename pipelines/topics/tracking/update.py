"""What a run changes in the known clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.arrays import Integers, pack
from pipelines.topics.clauses import ClauseSet
from pipelines.topics.clustering.description import ClusterDescription, identify
from saywhy.code_frame import VERDICT
from saywhy.topic import Cluster, ClusteringFit, Lineage, Membership

if TYPE_CHECKING:
    from saywhy.code_frame import CodeFrame


@dataclass(frozen=True, slots=True)
class ClusteringUpdate:
    """What a run leaves: the clusters and members that are new or have changed, and what became of clusters."""

    fit: ClusteringFit
    clusters: tuple[Cluster, ...]
    members: tuple[Membership, ...]
    lineage: tuple[Lineage, ...]


def born_of(described: ClusterDescription, model: str, now: datetime, taken: set[str]) -> tuple[Cluster, ...]:
    """A new cluster and its parts; what is counted is filled in by `counts`. Their ids are added to those taken."""

    def born(found: ClusterDescription, parent: str | None) -> Cluster:
        name, attempt = found.id, 0
        while name in taken:
            attempt += 1
            name = identify([found.id, str(attempt)])
        taken.add(name)
        vector = pack(found.centroid)
        return Cluster(
            name, "", found.label, found.keywords, "", found.size, vector, found.reach, model, now,
            found.stability, parent, dict(found.labels),
        )  # fmt: skip

    whole = born(described, None)
    return (whole, *(born(part, whole.id) for part in described.parts.values()))


def counts(
    clusters: Sequence[Cluster],
    material: ClauseSet,
    labels: Integers,
    is_new_clause: NDArray[np.bool_],
    themes: CodeFrame,
    now: datetime,
    held: Collection[str],
) -> Iterator[Cluster]:
    """The clusters with their sizes. A new one gets its theme and polarity, one without members ends unless held."""
    about = material.themes_of(labels, themes)
    text = material.distinct.place
    known = ~is_new_clause & (text >= 0)
    before = Counter(labels[text[known]].tolist())
    for label, cluster in enumerate(clusters):
        if label not in about:
            yield replace(cluster, size=0, size_before=0, ended_at=None if cluster.id in held else now)
            continue
        theme, polarity, size = about[label]
        if not cluster.theme:
            cluster = replace(cluster, theme=theme, polarity=polarity, is_cause=theme != VERDICT)
        grown_from = before[label] if is_new_clause.any() else size if cluster.found_at == now else cluster.size_before
        yield replace(cluster, size=size, size_before=min(grown_from, size))
