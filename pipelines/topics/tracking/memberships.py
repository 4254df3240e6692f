"""Which cluster each clause is in: read from the previous run, and written for the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers
from pipelines.topics.clauses import ClauseSet
from saywhy.topic import ClauseKey, Cluster, ClusteringFit, Membership


@dataclass(frozen=True, slots=True)
class PreviousClustering:
    """What earlier runs left. `clusters` are all that ever existed, with parts and ended ones."""

    fit: ClusteringFit
    clusters: tuple[Cluster, ...]
    memberships: Mapping[ClauseKey, Membership]

    @property
    def current(self) -> list[Cluster]:
        """The clusters that have not ended, without parts."""
        return [cluster for cluster in self.clusters if cluster.ended_at is None and cluster.parent is None]

    @property
    def current_parts(self) -> list[Cluster]:
        """The parts that have not ended."""
        return [cluster for cluster in self.clusters if cluster.ended_at is None and cluster.parent]


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """The previous clusters of today's distinct texts, and which clauses and texts are new.

    `labels` and `parts` (texts,) are indices into `clusters` and `part_ids`, -1 for none.
    """

    clusters: list[Cluster]
    labels: Integers
    confidence: Floats
    part_ids: list[str]
    parts: Integers
    is_new_clause: NDArray[np.bool_]
    is_new_text: NDArray[np.bool_]


def carry_over(previous: PreviousClustering, clause_set: ClauseSet) -> CarriedOver:
    """Find the previous membership of each clause: by its key, else by the span in its comment that overlaps most.

    Clauses with the same text may have several; the text gets the most common one.
    """
    clusters, part_ids = previous.current, [part.id for part in previous.current_parts]
    cluster_index = {cluster.id: index for index, cluster in enumerate(clusters)}
    part_index = {part: index for index, part in enumerate(part_ids)}
    by_comment: dict[str, list[Membership]] = {}
    for membership in previous.memberships.values():
        by_comment.setdefault(membership.content_hash, []).append(membership)
    texts = len(clause_set.distinct.keys)
    votes: list[Counter[tuple[int, int, float]]] = [Counter() for _ in range(texts)]
    is_new_clause = np.zeros(len(clause_set.clauses), bool)
    for index, (clause, row) in enumerate(zip(clause_set.clauses, clause_set.distinct.row_of.tolist(), strict=True)):
        same = previous.memberships.get(clause.key)
        member = same or _overlapping(by_comment.get(clause.content_hash, ()), clause.start, clause.end)
        is_new_clause[index] = member is None
        if member and row != NONE:
            label, part = cluster_index.get(member.cluster or "", NONE), part_index.get(member.part or "", NONE)
            votes[row][label, part, member.confidence] += 1
    labels, parts, confidence = np.full(texts, NONE), np.full(texts, NONE), np.zeros(texts)
    for row, counter in enumerate(votes):
        if counter:
            labels[row], parts[row], confidence[row] = min(counter, key=lambda vote: (-counter[vote], vote))
    is_new_text = np.array([not counter for counter in votes], bool)
    return CarriedOver(clusters, labels, confidence, part_ids, parts, is_new_clause, is_new_text)


def memberships_of(
    clause_set: ClauseSet,
    labels: Integers,
    confidence: Floats,
    ids: Sequence[str],
    parts: Integers,
    part_ids: Sequence[str],
) -> Iterator[Membership]:
    """The membership of each clause. Clauses without content words are in no cluster.

    `labels` and `parts` (texts,) are indices into `ids` and `part_ids`.
    """
    for clause, row in zip(clause_set.clauses, clause_set.distinct.row_of.tolist(), strict=True):
        label = int(labels[row]) if row != NONE else NONE
        if label == NONE:
            yield Membership(*clause.key, None, 0.0)
            continue
        part = part_ids[parts[row]] if parts[row] != NONE else None
        yield Membership(*clause.key, ids[label], round(float(confidence[row]), 6), part)


def _overlapping(members: Collection[Membership], start: int, end: int) -> Membership | None:
    """The member that shares most characters with a span. (Another model version splits comments elsewhere.)"""
    shared = [(min(end, member.end) - max(start, member.start), -member.start, member) for member in members]
    overlap, _, member = max(shared, key=lambda candidate: candidate[:2], default=(0, 0, None))
    return member if overlap > 0 else None
