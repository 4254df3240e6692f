"""Topics of plain texts, without a store: for `saywhy topics` on stdin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.arrays import Vectors
from pipelines.topics.clustering.clusters import cluster
from pipelines.topics.clustering.communities import Communities
from pipelines.topics.clustering.distinct_texts import Distinct
from pipelines.topics.clustering.language_centring import LanguageCentring

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class TextTopic:
    """A topic of plain texts. `id` depends on what its most central texts say and on nothing else."""

    id: str
    label: str
    keywords: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class TextAssignment:
    """The topic of one text, with a confidence in 0 … 1; `None` with 0 where it fits none."""

    topic: str | None
    confidence: float


def cluster_texts(
    texts: Sequence[str], vectors: Vectors, *, seed: int = 0
) -> tuple[list[TextTopic], list[TextAssignment]]:
    """Topics of plain texts, largest first, and for each text, in order, which it is in.

    `vectors` (texts, d) are unit-length. The same texts always give the same topics; another `seed` shows what of them
    is chance.
    """
    from pipelines.clean.language import detect

    distinct = Distinct.of([(text, "", 0) for text in texts], vectors)
    languages = [detect(text) for text in distinct.texts]
    communities = Communities(distinct.counts, languages=languages, seed=seed)
    found = cluster(distinct, languages, LanguageCentring(languages), communities)
    topics = [TextTopic(topic.id, topic.label, topic.keywords, topic.size) for topic in found.described.values()]
    assignments = [
        TextAssignment(found.described[int(found.labels[place])].id, float(found.confidence[place]))
        if place >= 0 and found.labels[place] >= 0
        else TextAssignment(None, 0.0)
        for place in distinct.place
    ]
    return topics, assignments
