"""Where each clause is, kept from run to run: known members among the clauses of today, and members for the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers
from saywhy.topic import Cluster, ClusteringFit, Membership

if TYPE_CHECKING:
    from pipelines.topics.clauses import ClauseSet

Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class PreviousClustering:
    """What the runs before have found; `clusters` are all there ever were, parts too."""

    fit: ClusteringFit
    clusters: tuple[Cluster, ...]
    members: Mapping[Key, Membership]

    @property
    def standing(self) -> list[Cluster]:
        """The clusters that have not ended, without parts."""
        return [cluster for cluster in self.clusters if cluster.ended_at is None and cluster.parent is None]


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Where known members lie among the distinct texts (-1: in no cluster), and which clauses are new.

    `labels` are places in `clusters`, `parts` in `part_ids`.
    """

    clusters: list[Cluster]
    labels: Integers
    confidence: Floats
    part_ids: list[str]
    parts: Integers
    is_new_clause: NDArray[np.bool_]
    is_new_text: NDArray[np.bool_]


def place(known: PreviousClustering, material: ClauseSet) -> CarriedOver:
    """Find known members among the clauses: by the place in the comment, else by the span that overlaps most."""
    clusters = known.standing
    number = {cluster.id: at for at, cluster in enumerate(clusters)}
    part_ids = [cluster.id for cluster in known.clusters if cluster.parent and cluster.ended_at is None]
    part_number = {part: at for at, part in enumerate(part_ids)}
    by_comment: dict[str, list[Membership]] = {}
    for there in known.members.values():
        by_comment.setdefault(there.content_hash, []).append(there)
    texts = len(material.distinct.keys)
    votes: list[Counter[tuple[int, int, float]]] = [Counter() for _ in range(texts)]
    is_new_clause = np.zeros(len(material.units), bool)
    for at, (unit, text) in enumerate(zip(material.units, material.distinct.place.tolist(), strict=True)):
        span = (unit.content_hash, unit.start, unit.end)
        found = known.members.get(span)
        member = found or _overlapping(by_comment.get(unit.content_hash, ()), unit.start, unit.end)
        is_new_clause[at] = member is None
        if member and text >= 0:
            votes[text][
                number.get(member.cluster or "", NONE), part_number.get(member.part or "", NONE), member.confidence
            ] += 1
    labels, parts, confidence = np.full(texts, NONE), np.full(texts, NONE), np.zeros(texts)
    for text, counter in enumerate(votes):
        if counter:
            labels[text], parts[text], confidence[text] = min(counter, key=lambda vote: (-counter[vote], vote))
    is_new_text = np.array([not counter for counter in votes], bool)
    return CarriedOver(clusters, labels, confidence, part_ids, parts, is_new_clause, is_new_text)


def members_of(
    material: ClauseSet,
    labels: Integers,
    confidence: Floats,
    ids: Sequence[str],
    parts: Integers,
    part_ids: Sequence[str],
) -> Iterator[Membership]:
    """Where each clause is; one that says nothing is in no cluster."""
    for unit, text in zip(material.units, material.distinct.place.tolist(), strict=True):
        label = int(labels[text]) if text >= 0 else NONE
        if label == NONE:
            yield Membership(unit.content_hash, unit.start, unit.end, None, 0.0)
            continue
        part = part_ids[parts[text]] if parts[text] != NONE else None
        yield Membership(unit.content_hash, unit.start, unit.end, ids[label], round(float(confidence[text]), 6), part)


def _overlapping(members: Collection[Membership], start: int, end: int) -> Membership | None:
    """The member that has most characters in common with a span; other models cut comments elsewhere."""
    shared = [(min(end, member.end) - max(start, member.start), -member.start, member) for member in members]
    overlap, _, most = max(shared, key=lambda found: found[:2], default=(0, 0, None))
    return most if overlap > 0 else None
