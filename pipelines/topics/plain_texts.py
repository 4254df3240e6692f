"""Topics of plain texts, without annotations, history or edits: for `saywhy topics` on stdin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.arrays import NONE, Vectors
from pipelines.topics.clustering.clusters import cluster
from pipelines.topics.clustering.communities import Communities
from pipelines.topics.clustering.distinct_texts import DistinctTexts
from pipelines.topics.clustering.language_centring import LanguageCentring


@dataclass(frozen=True, slots=True)
class TextTopic:
    """A topic of plain texts. `id` is a digest of its most central texts."""

    id: str
    label: str
    keywords: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class TextAssignment:
    """The topic of one text, with a confidence in 0 … 1; None and 0 if it fits no topic."""

    topic: str | None
    confidence: float


def cluster_texts(
    texts: Sequence[str], vectors: Vectors, *, seed: int = 0
) -> tuple[list[TextTopic], list[TextAssignment]]:
    """The topics, largest first, and one assignment per text in the order of the texts.

    `vectors` (texts, d) are of unit length. The same texts and seed always give the same topics.
    """
    from pipelines.clean.language import detect

    distinct = DistinctTexts.of([(text, "", 0) for text in texts], vectors)
    languages = [detect(text) for text in distinct.texts]
    communities = Communities(distinct.counts, languages=languages, seed=seed)
    result = cluster(distinct, languages, LanguageCentring(languages), communities)
    topics = [TextTopic(topic.id, topic.label, topic.keywords, topic.size) for topic in result.descriptions.values()]
    assignments = [
        TextAssignment(result.descriptions[int(result.labels[row])].id, float(result.confidence[row]))
        if row != NONE and result.labels[row] != NONE
        else TextAssignment(None, 0.0)
        for row in distinct.row_of
    ]
    return topics, assignments
