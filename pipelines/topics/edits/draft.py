"""Topics while edits are applied: the clusters and moved clauses of each, and the topic that they add up to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.arrays import pack, unit, unpack
from pipelines.topics.labelling.keywords import KEYWORDS_PER_TOPIC
from saywhy.topic import ClauseKey, Cluster, Fate, Lineage, Part, Topic


@dataclass(frozen=True, slots=True)
class ClusteredClause:
    """A clause that is in a cluster, and perhaps in a `second` one. Without a cluster, `cluster` is blank.

    `text` is folded, since clauses with equal text are always moved together. `vector` (d,) is centred and of unit
    length.
    """

    key: ClauseKey
    cluster: str
    part: str | None
    text: str
    words: tuple[str, ...]
    polarity: str
    vector: NDArray[np.float32]
    answered_at: datetime | None = None
    second: str | None = None


#: Reads the clauses of clusters (ids), and all those of comments (content hashes), in a cluster or in none.
ClauseSource = Callable[[Collection[str], Collection[str]], Sequence[ClusteredClause]]


@dataclass
class TopicDraft:
    """A topic while edits are applied. `is_named` tells whether people named it."""

    topic: Topic
    clusters: list[Cluster]
    is_named: bool = False


@dataclass
class ReplayState:
    """The effect of the edits that are applied so far.

    `drafts` are by topic id. `merged_into` is the topic that each topic was merged into by people, or has `joined`;
    `moved` are the clauses that are in another topic than their cluster; `locked` are the clusters that keep their
    members at a refit.
    """

    drafts: dict[str, TopicDraft]
    lineage: Sequence[Lineage]
    merged_into: dict[str, str] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    moved: dict[ClauseKey, tuple[str, ClusteredClause]] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)

    def resolve(self, topic: str) -> tuple[str | None, bool]:
        """The topic that this one is now (in), None if it was retired; and whether a refit merged it."""
        visited, by_refit = set[str](), False
        while topic not in self.drafts and topic not in visited:
            visited.add(topic)
            if topic in self.merged_into:
                topic = self.merged_into[topic]
                continue
            ends = (
                event
                for event in reversed(self.lineage)
                if event.cluster == topic and event.fate in (Fate.MERGED, Fate.RETIRED)
            )
            last = next(ends, None)
            if last is None or last.other is None:
                return None, by_refit
            topic, by_refit = last.other, True
        return (topic if topic in self.drafts else None), by_refit

    def clauses_in(self, topic: str, source: ClauseSource) -> list[ClusteredClause]:
        """The clauses of a topic after the edits so far, in order of their keys."""
        clauses = list(source([cluster.id for cluster in self.drafts[topic].clusters], ()))
        clauses = [clause for clause in clauses if clause.key not in self.moved]
        clauses += [clause for target, clause in self.moved.values() if self.resolve(target)[0] == topic]
        return sorted(clauses, key=lambda clause: clause.key)

    def merge(self, topic: str, into: str) -> None:
        """Make the topic a part of another one."""
        self.drafts[into].clusters += self.drafts.pop(topic).clusters
        self.merged_into[topic] = into

    def lock(self, topic: str) -> None:
        """Keep the members of the topic's clusters together at a refit."""
        self.locked.update(cluster.id for cluster in self.drafts[topic].clusters)


def overlaps_any(key: ClauseKey, others: Collection[ClauseKey]) -> bool:
    """Whether a clause overlaps one of the others. (Another model version may split a comment at other positions.)"""
    return any(key[0] == content_hash and key[1] < end and start < key[2] for content_hash, start, end in others)


def keys_of(stored: Iterable[Sequence[Any]]) -> list[ClauseKey]:
    """The clauses that an edit is stored with."""
    return [(str(content_hash), int(start), int(end)) for content_hash, start, end in stored]


def with_equal_texts(keys: Collection[ClauseKey], source: ClauseSource) -> list[ClusteredClause]:
    """Clauses at these positions, and all of the same clusters with the same text; empty if the comments are gone."""
    chosen = [clause for clause in source((), {key[0] for key in keys}) if overlaps_any(clause.key, keys)]
    texts = {clause.text for clause in chosen}
    same = source({clause.cluster for clause in chosen if clause.cluster}, ()) if chosen else ()
    return list({clause.key: clause for clause in (*chosen, *same) if clause.text in texts}.values())


def topic_of_cluster(cluster: Cluster, parts: tuple[Part, ...]) -> Topic:
    """The topic that a cluster is without any edit."""
    return Topic(
        cluster.id,
        cluster.theme,
        cluster.label,
        cluster.keywords,
        cluster.polarity,
        cluster.size,
        cluster.centroid,
        cluster.first_seen,
        cluster.labels,
        cluster.stability,
        cluster.size - cluster.size_before,
        cluster.is_emerging,
        cluster.is_vague,
        parts=parts,
        definition=cluster.definition,
    )


def topic_of_draft(draft: TopicDraft, moved_in: Sequence[ClusteredClause], moved_out: int) -> Topic:
    """The topic that the clusters of a draft add up to, with the clauses moved in, without the number moved out."""
    topic, clusters = draft.topic, draft.clusters
    if not clusters and not moved_in:  # a split topic whose clauses have all been moved elsewhere
        return replace(topic, size=0)
    size = sum(cluster.size for cluster in clusters)
    is_stability_known = size and all(cluster.stability is not None for cluster in clusters)
    keywords = dict.fromkeys((*topic.keywords, *(word for cluster in clusters[1:] for word in cluster.keywords)))
    dates = [date for date in (topic.first_seen, *(cluster.first_seen for cluster in clusters)) if date]
    parts = topic.parts
    if len(clusters) > 1:
        parts = tuple(Part(cluster.id, cluster.label, cluster.size) for cluster in clusters)
    return replace(
        topic,
        polarity=_main_polarity(clusters, moved_in),
        keywords=tuple(keywords)[: max(KEYWORDS_PER_TOPIC, len(topic.keywords))],
        size=size + len(moved_in) - moved_out,
        centroid=_centroid(clusters, moved_in),
        stability=sum((cluster.stability or 0.0) * cluster.size for cluster in clusters) / size
        if is_stability_known
        else topic.stability,
        growth=sum(cluster.size - cluster.size_before for cluster in clusters),
        first_seen=min(dates, default=None),
        # Who names a topic says what it is about.
        is_vague=not draft.is_named and all(cluster.is_vague for cluster in clusters),
        parts=parts,
    )


def _main_polarity(clusters: Sequence[Cluster], moved_in: Sequence[ClusteredClause]) -> str:
    """The polarity of most clauses; of equally common ones the alphabetically last."""
    sizes = [(cluster.polarity, cluster.size) for cluster in clusters] + [(clause.polarity, 1) for clause in moved_in]
    totals: dict[str, int] = {}
    for polarity, size in sizes:
        totals[polarity] = totals.get(polarity, 0) + size
    return max(totals, key=lambda polarity: (totals[polarity], polarity))


def _centroid(clusters: Sequence[Cluster], moved_in: Sequence[ClusteredClause]) -> bytes:
    """The mean of the centroids, weighted by size, and of the clauses moved in."""
    weighted = [(unpack(cluster.centroid), cluster.size) for cluster in clusters]
    weighted += [(clause.vector, 1) for clause in moved_in]
    return pack(unit(sum((vector * max(weight, 1) for vector, weight in weighted), np.zeros(1, np.float32))))
