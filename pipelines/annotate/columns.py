"""Annotations as columns: those of half a million comments fit in memory at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from saywhy.annotation import Annotation, Clause, Mention, Polarity
from saywhy.code_frame import VERDICT

#: The columns `polarity` and `sentiment` are indices into this.
POLARITIES = tuple(Polarity)

_POLARITY_CODES = {polarity: code for code, polarity in enumerate(POLARITIES)}


@dataclass(frozen=True, slots=True)
class Spans:
    """Mentions or clauses, one per row: arrays of the same shape (M,), sorted by comment.

    `comment` indexes `Annotations.hashes`, `theme` indexes `Annotations.themes`, `polarity` indexes `POLARITIES`;
    `start` and `end` are offsets into the verbatim. `confidence` is that of a mention, 1 for a clause.
    """

    comment: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    theme: NDArray[np.int16]
    polarity: NDArray[np.int8]
    confidence: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.comment)

    def find(self, comment: NDArray[np.int32], start: NDArray[np.int32]) -> NDArray[np.int32]:
        """The row of the span that each position (comment, start offset) lies in, (Q,) for Q positions.

        It is the last span of the comment that begins at the position or before. If all begin after it, it is the
        first span of the comment; if the comment has no spans, it is -1.
        """
        # Sorted by comment, then by start, in one 64-bit key.
        keys = self.comment.astype(np.int64) << 32 | self.start
        first = np.searchsorted(self.comment, comment)
        last_before = np.searchsorted(keys, comment.astype(np.int64) << 32 | start, side="right") - 1
        has_spans = first < np.searchsorted(self.comment, comment, side="right")
        return np.where(has_spans, np.maximum(last_before, first), -1).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Annotations:
    """The annotations of H comments by one model, with C clauses in all."""

    hashes: tuple[str, ...]  # content hash of each comment
    themes: tuple[str, ...]  # those that occur
    sentiment: NDArray[np.int8]  # (H,) into POLARITIES
    is_verdict: NDArray[np.bool_]  # (H,) the only theme is VERDICT
    mentions: Spans
    clauses: Spans
    vectors: NDArray[np.float16]  # (C, d), rows of unit length

    @classmethod
    def of(cls, annotated: Iterable[tuple[str, Annotation]]) -> Annotations:
        """Read pairs (content hash, annotation), each hash once, as a stream."""
        hashes: list[str] = []
        sentiment, is_verdict, vectors = array("b"), array("b"), bytearray()
        themes: dict[str, int] = {}
        mentions, clauses = _SpansBuilder(themes), _SpansBuilder(themes)
        for comment, (content_hash, annotation) in enumerate(annotated):
            hashes.append(content_hash)
            sentiment.append(_POLARITY_CODES[annotation.sentiment.label])
            is_verdict.append({label.theme for label in annotation.themes} == {VERDICT})
            for mention in annotation.mentions:
                mentions.add(comment, mention, mention.confidence)
            for clause in sorted(annotation.clauses, key=attrgetter("start")):
                clauses.add(comment, clause, 1.0)
                vectors += clause.vector
        clause_spans = clauses.build()
        values = np.frombuffer(vectors, np.dtype("<f2"))
        return cls(
            hashes=tuple(hashes),
            themes=tuple(themes),
            sentiment=np.array(sentiment, np.int8),
            is_verdict=np.array(is_verdict, np.bool_),
            mentions=mentions.build(),
            clauses=clause_spans,
            vectors=values.reshape(len(clause_spans), -1) if len(clause_spans) else values.reshape(0, 0),
        )


class _SpansBuilder:
    """Collects spans in compact arrays. `themes` maps themes to codes; new themes are added to it."""

    def __init__(self, themes: dict[str, int]) -> None:
        self._themes = themes
        self._cells = array("i")  # row after row: comment, start, end, theme, polarity
        self._confidence = array("f")

    def add(self, comment: int, span: Mention | Clause, confidence: float) -> None:
        theme = self._themes.setdefault(span.theme, len(self._themes))
        self._cells.extend((comment, span.start, span.end, theme, _POLARITY_CODES[span.polarity]))
        self._confidence.append(confidence)

    def build(self) -> Spans:
        rows = np.array(self._cells, np.int32).reshape(-1, 5)
        comment, start, end, theme, polarity = (np.ascontiguousarray(column) for column in rows.T)
        confidence = np.array(self._confidence, np.float32)
        return Spans(comment, start, end, theme.astype(np.int16), polarity.astype(np.int8), confidence)
