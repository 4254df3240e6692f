"""Which comments come closest to a text in meaning: cosine similarity of their clauses to it, in the space of topics.

Words need not be shared, nor the language: the mean of all clauses and the offset of each language are subtracted, as
for topics, since in the encoder's own space everything of one language is close to everything else of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Integers, Vectors, as_float32, unpack
from pipelines.topics.clustering.language_centring import LanguageCentring
from saywhy.topic import ClusteringFit, Topic

#: Similarities below it are accidental: set by hand on the sample, where the closest clause to a subject that nobody
#: wrote of had .28, and what was meant had .3 and more.
MIN_SIMILARITY = 0.3

#: Comments whose clauses are centred together, and clauses that are compared together: as float32 they fit in the cache
#: of a processor.
_BATCH, _COMPARED = 1_024, 1_024

_BYTES = np.dtype(np.float16).itemsize


@dataclass(frozen=True, slots=True)
class CommentClauses:
    """The vectors of a comment's clauses, one after the other as they are stored."""

    content_hash: str
    language: str | None
    vectors: bytes


@dataclass(frozen=True, slots=True)
class CloseComment:
    """A comment with the number of its closest clause, in their order; the similarity is in -1 … +1."""

    content_hash: str
    clause: int
    similarity: float


@dataclass(frozen=True, slots=True)
class MeaningIndex:
    """The C clauses of H comments that have any."""

    hashes: tuple[str, ...]
    first: Integers  # (H,) of each comment, into the clauses
    vectors: NDArray[np.float16]  # (C, d), centred and of unit length
    fit: ClusteringFit

    @classmethod
    def of(cls, comments: Iterable[CommentClauses], fit: ClusteringFit) -> MeaningIndex:
        """Read the comments as a stream. Their vectors are by the model of the fit."""
        dimensions = len(fit.means) // (_BYTES * (len(fit.languages) + 1))
        hashes: list[str] = []
        counts: list[int] = []
        languages: list[str] = []
        packed: list[bytes] = []
        centred: list[NDArray[np.float16]] = []

        def centre() -> None:
            of_clauses = np.repeat(languages, counts[-len(languages) :]).tolist()
            centring = LanguageCentring.from_means(of_clauses, fit.languages, fit.means)
            vectors = unpack(b"".join(packed)).reshape(-1, dimensions)
            centred.append(centring.transform(vectors).astype(np.float16))
            languages.clear()
            packed.clear()

        for comment in comments:
            if not comment.vectors:
                continue
            hashes.append(comment.content_hash)
            counts.append(len(comment.vectors) // (_BYTES * dimensions))
            languages.append(comment.language or "und")
            packed.append(comment.vectors)
            if len(languages) == _BATCH:
                centre()
        if languages:
            centre()
        vectors = np.concatenate(centred) if centred else np.empty((0, 0), np.float16)
        return cls(tuple(hashes), np.cumsum([0, *counts], dtype=np.int64)[:-1], vectors, fit)

    def closest(self, vector: Vectors, language: str | None, limit: int) -> list[CloseComment]:
        """At most so many comments that are close enough to a text with this vector (d,), the closest first."""
        if not self.hashes:
            return []
        [query] = LanguageCentring.from_means([language or "und"], self.fit.languages, self.fit.means).transform(
            vector[None]
        )
        parts = [self.vectors[start : start + _COMPARED] for start in range(0, len(self.vectors), _COMPARED)]
        memory = np.empty(parts[0].shape, np.int32)
        similarity = np.concatenate([as_float32(part, memory[: len(part)]) @ query for part in parts])
        of_comment = np.maximum.reduceat(similarity, self.first)
        order = np.argsort(-of_comment, kind="stable")[:limit]
        ends = [*self.first[1:].tolist(), len(similarity)]
        close = []
        for comment in order[of_comment[order] >= MIN_SIMILARITY].tolist():
            start = int(self.first[comment])
            clause = int(np.argmax(similarity[start : ends[comment]]))
            close.append(CloseComment(self.hashes[comment], clause, float(of_comment[comment])))
        return close


def nearest_topics(
    vector: Vectors, language: str | None, polarity: str, fit: ClusteringFit, topics: Sequence[Topic], limit: int
) -> list[Topic]:
    """The topics that come closest to a clause with this vector (d,), the closest first, without those of the opposite
    polarity.
    """
    opposite = {"negative": "positive", "positive": "negative"}.get(polarity)
    fitting = [topic for topic in topics if topic.polarity != opposite]
    if not fitting:
        return []
    [centred] = LanguageCentring.from_means([language or "und"], fit.languages, fit.means).transform(vector[None])
    similarity = np.stack([unpack(topic.centroid) for topic in fitting]) @ centred
    return [fitting[row] for row in np.argsort(-similarity, kind="stable")[:limit].tolist()]
