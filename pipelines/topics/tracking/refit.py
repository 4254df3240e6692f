"""All feedback clustered together once more, and what became of the topics there were.

Old and new topics are matched one to one by the members that they share (Hungarian method: Kuhn 1955), and by their
centroids where no old member is left. Old topics that find no match have merged into others or are retired; new ones
are split from others or found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import NONE, Integers, Vectors, pack, unit
from pipelines.topics.clustering.clusters import ClusteringResult
from pipelines.topics.clustering.description import reach_of, to_others
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.tracking.matching import SAME_MEMBERS, ClusterMatching, _closeness, match
from pipelines.topics.tracking.members import CarriedOver, PreviousClustering, members_of, place
from pipelines.topics.tracking.nearest import assign, nearest_part
from pipelines.topics.tracking.update import ClusteringUpdate, born_of, counts
from saywhy.topic import Cluster, ClusteringFit, Fate, Lineage

if TYPE_CHECKING:
    from pipelines.topics.clauses import ClauseSet
    from saywhy.code_frame import CodeFrame


def refit(
    known: PreviousClustering | None,
    material: ClauseSet,
    *,
    themes: CodeFrame,
    model: str,
    now: datetime,
    held: Collection[str] = (),
) -> ClusteringUpdate:
    """Cluster all clauses. Clusters that are `held`, since people have said what is in them, keep their members.

    The result depends on what the clauses say and on what was known, not on the order of either.
    """
    space = LanguageCentring(material.languages).fit(material.distinct.vectors)
    fit = ClusteringFit(model, now, len(material.units), *space.means())
    known = known or PreviousClustering(fit, (), {})
    placed = place(known, material)

    def vectors(rows: Integers) -> Vectors:  # of some texts: all at once would be as much memory again
        spoken = [material.languages[row] for row in rows.tolist()]
        return space.speaking(spoken).transform(material.distinct.vectors[rows])

    old = [
        _calibrated(cluster, vectors(np.flatnonzero(placed.labels == at)), model)
        for at, cluster in enumerate(placed.clusters)
    ]
    keeps = np.array([cluster.id in held and cluster.model == model for cluster in old] + [False])  # the last is NONE

    # Known members of what is held stay, and what is loose joins it where nothing else is nearer.
    confidence = placed.confidence.copy()
    loose = np.flatnonzero(placed.labels == NONE) if keeps.any() else np.empty(0, np.int64)
    nearest, confidence[loose] = assign(vectors(loose), material.poles[loose], old)
    nearest_or_own = placed.labels.copy()
    nearest_or_own[loose] = nearest
    labels = np.where(keeps[nearest_or_own], nearest_or_own, NONE)

    rest = np.flatnonzero(labels == NONE)
    found = material.cluster(rest, space.speaking([material.languages[row] for row in rest.tolist()]))
    weight = np.where(placed.is_new_text, 0, material.distinct.counts)[rest]
    new = [found.described[label] for label in range(len(found.described))]
    matched = match(
        placed.labels[rest],
        found.labels,
        weight,
        _closeness(old, [described.centroid for described in new], model),
        np.flatnonzero(~keeps[:-1]),
    )
    # The clusters from now on: those held, then those found, under the names of the old ones that live on in them.
    clusters = [cluster for at, cluster in enumerate(old) if keeps[at]]
    names = {cluster.id for cluster in clusters}
    names |= {old[at].id for at in matched.heir}
    held_count = len(clusters)
    inside: dict[int, Cluster] = {}
    for label, described in enumerate(new):
        born, *parts = born_of(described, model, now, names)
        if (at := matched.origin.get(label)) is not None:
            elsewhere = {other.label for place, other in enumerate(new) if place != label}
            born = _continued(old[at], born, elsewhere)
        clusters.append(born)
        inside |= {code: replace(part, parent=born.id) for code, part in zip(described.parts, parts, strict=True)}
    labels[labels != NONE] = np.searchsorted(np.flatnonzero(keeps), labels[labels != NONE])
    labels[rest] = np.where(found.labels == NONE, NONE, found.labels + held_count)
    confidence[rest] = found.confidence
    whole = [cluster.id for cluster in clusters]
    all_parts, part_labels = _parts(known, placed, found, rest, weight, whole[:held_count], inside)
    joined = loose[(labels[loose] >= 0) & (labels[loose] < held_count)]
    part_labels[joined] = nearest_part(vectors(joined), labels[joined], whole, all_parts)
    is_new = placed.is_new_clause & bool(known.clusters)
    counted = [*counts(clusters, material, labels, is_new, themes, now, held)]
    counted += counts(all_parts, material, part_labels, is_new, themes, now, held)
    standing = {cluster.id for cluster in counted}
    ended = [
        replace(cluster, ended_at=now)
        for cluster in known.clusters
        if cluster.ended_at is None and cluster.id not in standing
    ]
    members = members_of(material, labels, confidence, whole, part_labels, [part.id for part in all_parts])
    free = [at for at in range(len(old)) if not keeps[at]]
    lineage = _lineage(now, old, clusters[held_count:], matched, free)
    return ClusteringUpdate(fit, (*counted, *ended), tuple(members), tuple(lineage))


def _calibrated(cluster: Cluster, members: Vectors, model: str) -> Cluster:
    """The cluster with centroid and reach measured on its members; as it was where none are left.

    Nothing is near the centroid of another model version.
    """
    if not len(members):
        nowhere = pack(np.zeros(members.shape[1], np.float32))
        return cluster if cluster.model == model else replace(cluster, centroid=nowhere, reach=2.0)
    mean = members.mean(axis=0)
    return replace(
        cluster,
        centroid=pack(unit(mean)),
        reach=reach_of([to_others(members)])[0],
        model=model,
    )


def _continued(old: Cluster, born: Cluster, elsewhere: Collection[str]) -> Cluster:
    """A new cluster under the name and with the history of the old one; under its own label where another has that."""
    named = born if old.label in elsewhere else old
    return replace(
        born,
        id=old.id,
        label=named.label,
        labels=named.labels,
        found_at=old.found_at,
        first_seen=old.first_seen,
        size_before=old.size_before,
    )


def _parts(
    known: PreviousClustering,
    placed: CarriedOver,
    found: ClusteringResult,
    rest: Integers,
    weight: Integers,
    held: Collection[str],
    inside: Mapping[int, Cluster],
) -> tuple[list[Cluster], Integers]:
    """The parts from now on, and which of them each text is in: those of held clusters stay, others may be new."""
    by_id = {cluster.id: cluster for cluster in known.clusters}
    old = [by_id[part] for part in placed.part_ids]
    stay = [at for at, part in enumerate(old) if part.parent in held]
    new = [inside[code] for code in sorted(inside)]
    free = np.array([at for at in range(len(old)) if at not in stay], np.int64)
    matched = match(placed.parts[rest], found.parts, weight, np.full((len(old), len(new)), -1.0), free)
    for code, at in matched.origin.items():
        new[code] = replace(_continued(old[at], new[code], ()), parent=new[code].parent)
    number = np.full(len(old) + 1, NONE)
    number[stay] = np.arange(len(stay))
    labels = number[placed.parts]
    labels[rest] = np.where(found.parts == NONE, NONE, found.parts + len(stay))
    return [*(old[at] for at in stay), *new], labels


def _lineage(
    now: datetime, old: Sequence[Cluster], new: Sequence[Cluster], matched: ClusterMatching, free: Sequence[int]
) -> Iterator[Lineage]:
    for at in free:
        name, heir = old[at].id, matched.heir.get(at)
        most = int(matched.of_old[at].argmax()) if len(new) else NONE
        if heir is not None:
            yield Lineage(now, Fate.CONTINUED, name, name, float(matched.of_old[at, heir]))
        elif most != NONE and matched.of_old[at, most] >= SAME_MEMBERS:
            yield Lineage(now, Fate.MERGED, name, new[most].id, float(matched.of_old[at, most]))
        else:
            yield Lineage(now, Fate.RETIRED, name)
    for label, cluster in enumerate(new):
        if label not in matched.origin:
            most = int(matched.of_new[:, label].argmax()) if len(old) else NONE
            if most != NONE and matched.of_new[most, label] >= SAME_MEMBERS:
                yield Lineage(now, Fate.SPLIT, cluster.id, old[most].id, float(matched.of_new[most, label]))
            else:
                yield Lineage(now, Fate.FOUND, cluster.id)
