"""Topics of plain texts, without annotations, history or edits: for `saywhy topics` on stdin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import NONE, Floats, Integers, Vectors
from pipelines.topics.clustering.clusters import cluster
from pipelines.topics.clustering.communities import Communities
from pipelines.topics.clustering.distinct_texts import DistinctTexts
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.tracking.nearest import nearest

#: By what similarities may differ that are computed in other company: a topic of equal texts reaches to itself alone.
_ROUNDING = 1e-5


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


@dataclass(frozen=True, slots=True)
class TextTopics:
    """The topics of some texts, largest first, and the topic of each of the texts.

    `centroids` (topics, d) and `reaches` (topics,) say where further texts belong, in the space of `centring`.
    """

    topics: list[TextTopic]
    assignments: list[TextAssignment]
    centring: LanguageCentring
    centroids: Vectors
    reaches: Floats

    def similarity(self, vectors: Vectors, languages: Sequence[str]) -> Floats:
        """Cosine similarity (n, topics) of unit vectors (n, d) to each topic."""
        if not self.topics or not len(vectors):
            return np.empty((len(vectors), len(self.topics)))
        centred = self.centring.for_languages(languages).transform(vectors)
        return np.asarray(centred @ self.centroids.T, np.float64)

    def assign(self, vectors: Vectors, languages: Sequence[str]) -> tuple[Integers, Floats]:
        """The topic of further texts and a confidence, both (n,); -1 and 0 for those that fit none."""
        if not self.topics:
            return np.full(len(vectors), NONE), np.zeros(len(vectors))
        return nearest(self.similarity(vectors, languages), self.reaches - _ROUNDING)


def cluster_texts(
    texts: Sequence[str], vectors: Vectors, *, seed: int = 0
) -> tuple[list[TextTopic], list[TextAssignment]]:
    """The topics, largest first, and one assignment per text in the order of the texts: `find_topics`."""
    result = find_topics(texts, vectors, seed=seed)
    return result.topics, result.assignments


def find_topics(
    texts: Sequence[str], vectors: Vectors, languages: Sequence[str] | None = None, *, seed: int = 0
) -> TextTopics:
    """Cluster texts. `vectors` (texts, d) are of unit length; the languages are detected if they are not given.

    The same texts and seed always give the same topics.
    """
    from pipelines.clean.language import detect

    distinct = DistinctTexts.of([(text, "", 0) for text in texts], vectors)
    of_rows = [detect(text) for text in distinct.texts] if languages is None else distinct.mode_by_text(languages)
    communities = Communities(distinct.counts, languages=of_rows, seed=seed)
    centring = LanguageCentring(of_rows)
    result = cluster(distinct, of_rows, centring, communities)
    descriptions = result.descriptions.values()
    topics = [TextTopic(topic.id, topic.label, topic.keywords, topic.size) for topic in descriptions]
    assignments = [
        TextAssignment(result.descriptions[int(result.labels[row])].id, float(result.confidence[row]))
        if row != NONE and result.labels[row] != NONE
        else TextAssignment(None, 0.0)
        for row in distinct.row_of
    ]
    centroids = (
        np.stack([topic.centroid for topic in descriptions]) if topics else np.empty((0, vectors.shape[1]), np.float32)
    )
    return TextTopics(topics, assignments, centring, centroids, np.array([topic.reach for topic in descriptions]))
