"""Refit: all clauses are clustered again, and the new clusters continue previous ones where they can.

1. Previous clusters are carried over to today's clauses, with centroid and reach measured anew.
2. Locked clusters keep their members; unassigned clauses near them join.
3. All other clauses are clustered.
4. New clusters are matched one to one to previous ones. A matched cluster takes over id, label and history.
5. Sizes, memberships and lineage are recorded: a previous cluster without a match was merged or retired, a new one was
   split off or found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers, Vectors, pack, unit
from pipelines.topics.clauses import ClauseSet
from pipelines.topics.clustering.clusters import ClusteringResult
from pipelines.topics.clustering.description import ClusterDescription, reach_of, similarity_to_others
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.tracking.matching import SAME_MEMBERS, ClusterMatching, centroid_similarity, match
from pipelines.topics.tracking.memberships import CarriedOver, PreviousClustering, carry_over, memberships_of
from pipelines.topics.tracking.nearest import assign, nearest_part
from pipelines.topics.tracking.update import ClusteringUpdate, continued, create_cluster, with_sizes
from saywhy.code_frame import CodeFrame
from saywhy.topic import Cluster, ClusteringFit, Fate, Lineage


def refit(
    previous: PreviousClustering | None,
    clause_set: ClauseSet,
    *,
    code_frame: CodeFrame,
    model: str,
    now: datetime,
    locked: Collection[str] = (),
) -> ClusteringUpdate:
    """Cluster all clauses. `locked` clusters (ids) keep their members, as people decided what is in them.

    The result depends on the clauses and on the previous clustering, not on the order of either.
    """
    centring = LanguageCentring(clause_set.languages).fit(clause_set.distinct.vectors)
    fit = ClusteringFit(model, now, len(clause_set.clauses), *centring.means())
    previous = previous or PreviousClustering(fit, (), {})

    # 1. Carry over.
    carried = carry_over(previous, clause_set)
    old = [
        _measured(cluster, clause_set.centred(np.flatnonzero(carried.labels == index), centring), model)
        for index, cluster in enumerate(carried.clusters)
    ]
    is_locked = np.array([cluster.id in locked and cluster.model == model for cluster in old], bool)
    kept = [cluster for cluster, keep in zip(old, is_locked, strict=True) if keep]

    # 2. Lock.
    labels, confidence = _locked_members(clause_set, centring, carried, old, is_locked)
    joined = np.flatnonzero((carried.labels == NONE) & (labels != NONE))

    # 3. Cluster the rest.
    rest = np.flatnonzero(labels == NONE)
    result = clause_set.cluster(rest, centring)

    # 4. Match, and take over what matches.
    weight = np.where(carried.is_new_text, 0, clause_set.distinct.counts)[rest]
    descriptions = [result.descriptions[label] for label in range(len(result.descriptions))]
    similarity = centroid_similarity(old, [description.centroid for description in descriptions], model)
    matching = match(carried.labels[rest], result.labels, weight, similarity, np.flatnonzero(~is_locked))
    new, new_parts = _new_clusters(descriptions, old, kept, matching, model, now)
    clusters, ids = [*kept, *new], [cluster.id for cluster in (*kept, *new)]
    labels[rest] = np.where(result.labels == NONE, NONE, result.labels + len(kept))
    confidence[rest] = result.confidence
    parts, part_labels = _parts(previous, carried, result, rest, weight, ids[: len(kept)], new_parts)
    part_labels[joined] = nearest_part(clause_set.centred(joined, centring), labels[joined], ids, parts)

    # 5. Record.
    is_new = carried.is_new_clause & bool(previous.clusters)
    current = [*with_sizes(clusters, clause_set, labels, is_new, code_frame, now, locked)]
    current += with_sizes(parts, clause_set, part_labels, is_new, code_frame, now, locked)
    memberships = memberships_of(clause_set, labels, confidence, ids, part_labels, [part.id for part in parts])
    lineage = _lineage(now, old, new, matching, np.flatnonzero(~is_locked).tolist())
    return ClusteringUpdate(fit, (*current, *_ended(previous, current, now)), tuple(memberships), tuple(lineage))


def _measured(cluster: Cluster, members: Vectors, model: str) -> Cluster:
    """The cluster with centroid and reach of its members (n, d).

    Without members it stays as it was; of another model version, it gets a centroid that nothing is near.
    """
    if not len(members):
        nowhere = pack(np.zeros(members.shape[1], np.float32))
        return cluster if cluster.model == model else replace(cluster, centroid=nowhere, reach=2.0)
    (reach,) = reach_of([similarity_to_others(members)])
    return replace(cluster, centroid=pack(unit(members.mean(axis=0))), reach=reach, model=model)


def _locked_members(
    clause_set: ClauseSet,
    centring: LanguageCentring,
    carried: CarriedOver,
    old: Sequence[Cluster],
    is_locked: NDArray[np.bool_],
) -> tuple[Integers, Floats]:
    """The locked cluster of each text, as an index into the locked clusters alone, -1 for none; and its confidence.

    Members stay. Texts that are in no cluster join a locked one if it is the nearest of all.
    """
    labels, confidence = carried.labels.copy(), carried.confidence.copy()
    if is_locked.any():
        unassigned = np.flatnonzero(labels == NONE)
        vectors, signs = clause_set.centred(unassigned, centring), clause_set.polarity_sign[unassigned]
        labels[unassigned], confidence[unassigned] = assign(vectors, signs, old)
    index_of_locked = np.full(len(old) + 1, NONE)  # the last element is for NONE, which indexes it
    index_of_locked[np.flatnonzero(is_locked)] = np.arange(is_locked.sum())
    return index_of_locked[labels], confidence


def _new_clusters(
    descriptions: Sequence[ClusterDescription],
    old: Sequence[Cluster],
    kept: Sequence[Cluster],
    matching: ClusterMatching,
    model: str,
    now: datetime,
) -> tuple[list[Cluster], dict[int, Cluster]]:
    """The new clusters, continuing the previous ones that they match; and their parts by number."""
    taken = {cluster.id for cluster in kept} | {old[index].id for index in matching.successor}
    clusters, parts = [], dict[int, Cluster]()
    for label, description in enumerate(descriptions):
        cluster = create_cluster(description, model, now, taken)
        created = [(number, create_cluster(part, model, now, taken)) for number, part in description.parts.items()]
        if (index := matching.predecessor.get(label)) is not None:
            other_labels = {other.label for row, other in enumerate(descriptions) if row != label}
            cluster = continued(old[index], cluster, other_labels)
        clusters.append(cluster)
        parts |= {number: replace(part, parent=cluster.id) for number, part in created}
    return clusters, parts


def _parts(
    previous: PreviousClustering,
    carried: CarriedOver,
    result: ClusteringResult,
    rest: Integers,
    weight: Integers,
    kept_ids: Collection[str],
    new_parts: Mapping[int, Cluster],
) -> tuple[list[Cluster], Integers]:
    """The parts from now on, and the part of each text as an index into them.

    Parts of locked clusters stay. Those of new clusters continue previous parts with which they share members.
    """
    old = previous.current_parts
    staying = [index for index, part in enumerate(old) if part.parent in kept_ids]
    others = np.array([index for index in range(len(old)) if index not in staying], np.int64)
    new = [new_parts[number] for number in sorted(new_parts)]
    unknown_similarity = np.full((len(old), len(new)), -1.0)
    matching = match(carried.parts[rest], result.parts, weight, unknown_similarity, others)
    for label, index in matching.predecessor.items():
        new[label] = replace(continued(old[index], new[label], ()), parent=new[label].parent)
    index_of_staying = np.full(len(old) + 1, NONE)  # the last element is for NONE, which indexes it
    index_of_staying[staying] = np.arange(len(staying))
    labels = index_of_staying[carried.parts]
    labels[rest] = np.where(result.parts == NONE, NONE, result.parts + len(staying))
    return [*(old[index] for index in staying), *new], labels


def _ended(previous: PreviousClustering, current: Sequence[Cluster], now: datetime) -> Iterator[Cluster]:
    """The previous clusters and parts that are no longer there."""
    ids = {cluster.id for cluster in current}
    for cluster in previous.clusters:
        if cluster.ended_at is None and cluster.id not in ids:
            yield replace(cluster, ended_at=now)


def _lineage(
    now: datetime, old: Sequence[Cluster], new: Sequence[Cluster], matching: ClusterMatching, unlocked: Sequence[int]
) -> Iterator[Lineage]:
    """What became of each previous cluster that was not locked, and where each new one is from."""
    for index in unlocked:
        cluster_id, successor = old[index].id, matching.successor.get(index)
        shares = matching.share_of_old[index]
        largest = int(shares.argmax()) if len(new) else NONE
        if successor is not None:
            yield Lineage(now, Fate.CONTINUED, cluster_id, cluster_id, float(shares[successor]))
        elif largest != NONE and shares[largest] >= SAME_MEMBERS:
            yield Lineage(now, Fate.MERGED, cluster_id, new[largest].id, float(shares[largest]))
        else:
            yield Lineage(now, Fate.RETIRED, cluster_id)
    for label, cluster in enumerate(new):
        if label not in matching.predecessor:
            shares = matching.share_of_new[:, label]
            largest = int(shares.argmax()) if len(old) else NONE
            if largest != NONE and shares[largest] >= SAME_MEMBERS:
                yield Lineage(now, Fate.SPLIT, cluster.id, old[largest].id, float(shares[largest]))
            else:
                yield Lineage(now, Fate.FOUND, cluster.id)
