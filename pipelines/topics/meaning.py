"""Which comments come closest to a text in meaning: cosine similarity of their clauses to it, in the space of topics.

Words need not be shared, nor the language: the mean of all clauses and the offset of each language are subtracted, as
for topics, since in the encoder's own space everything of one language is close to everything else of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Integers, Vectors, unpack
from pipelines.topics.clustering.language_centring import LanguageCentring
from saywhy.annotation import Span
from saywhy.topic import ClusteringFit, Topic

#: Similarities below it are accidental: set by hand on the sample, where the closest clause to a subject that nobody
#: wrote of had .28, and what was meant had .3 and more.
MIN_SIMILARITY = 0.3

#: Clauses that are centred or compared together, which bounds what is in memory as float32.
_BATCH = 16_384


@dataclass(frozen=True, slots=True)
class CommentClauses:
    """The clauses of a comment, with their vectors one after the other as they are stored."""

    content_hash: str
    language: str | None
    spans: tuple[Span, ...]
    vectors: bytes


@dataclass(frozen=True, slots=True)
class CloseComment:
    """A comment with its closest clause; the similarity is in -1 … +1."""

    content_hash: str
    clause: Span
    similarity: float


@dataclass(frozen=True, slots=True)
class MeaningIndex:
    """The C clauses of H comments that have any."""

    hashes: tuple[str, ...]
    first: Integers  # (H,) of each comment, into the clauses
    spans: NDArray[np.int32]  # (C, 2)
    vectors: NDArray[np.float16]  # (C, d), centred and of unit length
    fit: ClusteringFit

    @classmethod
    def of(cls, comments: Iterable[CommentClauses], fit: ClusteringFit) -> MeaningIndex:
        """Read the comments as a stream. Their vectors are by the model of the fit."""
        hashes: list[str] = []
        first: list[int] = []
        spans: list[Span] = []
        languages: list[str] = []
        packed, centred = bytearray(), list[NDArray[np.float16]]()

        def centre() -> None:
            if languages:
                centring = LanguageCentring.from_means(languages, fit.languages, fit.means)
                centred.append(centring.transform(unpack(packed).reshape(len(languages), -1)).astype(np.float16))
                languages.clear()
                packed.clear()

        for comment in comments:
            if not comment.spans:
                continue
            hashes.append(comment.content_hash)
            first.append(len(spans))
            spans += comment.spans
            languages += [comment.language or "und"] * len(comment.spans)
            packed += comment.vectors
            if len(languages) >= _BATCH:
                centre()
        centre()
        vectors = np.concatenate(centred) if centred else np.empty((0, 0), np.float16)
        return cls(tuple(hashes), np.array(first, np.int64), np.array(spans, np.int32).reshape(-1, 2), vectors, fit)

    def closest(self, vector: Vectors, language: str | None, limit: int) -> list[CloseComment]:
        """At most so many comments that are close enough to a text with this vector (d,), the closest first."""
        if not self.hashes:
            return []
        [query] = LanguageCentring.from_means([language or "und"], self.fit.languages, self.fit.means).transform(
            vector[None]
        )
        parts = [self.vectors[start : start + _BATCH] for start in range(0, len(self.vectors), _BATCH)]
        similarity = np.concatenate([part.astype(np.float32) @ query for part in parts])
        of_comment = np.maximum.reduceat(similarity, self.first)
        order = np.argsort(-of_comment, kind="stable")[:limit]
        ends = [*self.first[1:].tolist(), len(similarity)]
        close = []
        for comment in order[of_comment[order] >= MIN_SIMILARITY].tolist():
            start = int(self.first[comment])
            clause = start + int(np.argmax(similarity[start : ends[comment]]))
            span = int(self.spans[clause, 0]), int(self.spans[clause, 1])
            close.append(CloseComment(self.hashes[comment], span, float(of_comment[comment])))
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
