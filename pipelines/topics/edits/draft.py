"""Topics while edits are applied to them: what each is made of, and what that comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.arrays import pack, unit, unpack
from saywhy.topic import Cluster, Fate, Lineage, Part, Topic

Key = tuple[str, int, int]

KEYWORDS = 10


@dataclass(frozen=True, slots=True)
class ClusteredClause:
    """A clause that is in a cluster. `text` is folded, as equal texts are never parted; `vector` (d,) is unit-length,
    without what tells languages apart.
    """

    key: Key
    cluster: str
    part: str | None
    text: str
    words: tuple[str, ...]
    polarity: str
    vector: NDArray[np.float32]
    answered_at: datetime | None = None


@dataclass
class TopicDraft:
    """A topic while edits are applied."""

    topic: Topic
    clusters: list[Cluster]
    is_named: bool = False


@dataclass
class ReplayState:
    """What the edits applied so far come to.

    `now_in` is where people have merged topics into; `moved` the clauses that are elsewhere than the rest of theirs;
    `held` the clusters that keep their members at a refit.
    """

    drafts: dict[str, TopicDraft]
    lineage: Sequence[Lineage]
    now_in: dict[str, str] = field(default_factory=dict)
    moved: dict[Key, tuple[str, ClusteredClause]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    def resolve(self, topic: str) -> tuple[str | None, bool]:
        """The topic that this one is now (part of), None where it was retired; and whether the machine merged it."""
        seen, merged = set[str](), False
        while topic not in self.drafts and topic not in seen:
            seen.add(topic)
            if topic in self.now_in:
                topic = self.now_in[topic]
                continue
            last = next(
                (
                    event
                    for event in reversed(self.lineage)
                    if event.cluster == topic and event.fate in (Fate.MERGED, Fate.RETIRED)
                ),
                None,
            )
            if last is None or last.other is None:
                return None, merged
            topic, merged = last.other, True
        return (topic if topic in self.drafts else None), merged


def topic_of_cluster(cluster: Cluster, parts: tuple[Part, ...]) -> Topic:
    """The topic that a cluster is as long as nobody has said anything."""
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
        parts=parts,
    )


def summed(draft: TopicDraft, came: Sequence[ClusteredClause], left: int) -> Topic:
    """The topic that its clusters make together, with the clauses that came and without the number that left."""
    topic, clusters = draft.topic, draft.clusters
    weights = [(unpack(cluster.centroid), cluster.size) for cluster in clusters]
    weights += [(clause.vector, 1) for clause in came]
    mean = sum((vector * max(weight, 1) for vector, weight in weights), np.zeros(1, np.float32))
    parts = topic.parts
    if len(clusters) > 1:
        parts = tuple(Part(cluster.id, cluster.label, cluster.size) for cluster in clusters)
    size = sum(cluster.size for cluster in clusters)
    felt = [(cluster.polarity, cluster.size) for cluster in clusters] + [(clause.polarity, 1) for clause in came]
    return replace(
        topic,
        polarity=max(felt, key=lambda found: (sum(n for polarity, n in felt if polarity == found[0]), found[0]))[0],
        keywords=tuple(
            dict.fromkeys((*topic.keywords, *(word for cluster in clusters[1:] for word in cluster.keywords)))
        )[: max(KEYWORDS, len(topic.keywords))],
        size=size + len(came) - left,
        centroid=pack(unit(mean)),
        stability=sum((cluster.stability or 0.0) * cluster.size for cluster in clusters) / size
        if size and all(cluster.stability is not None for cluster in clusters)
        else topic.stability,
        growth=sum(cluster.size - cluster.size_before for cluster in clusters),
        first_seen=min(
            (at for at in (topic.first_seen, *(cluster.first_seen for cluster in clusters)) if at), default=None
        ),
        parts=parts,
    )
