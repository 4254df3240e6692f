"""Annotations column by column: what was said of half a million comments, in memory at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saywhy.annotation import Annotation, Clause, Mention, Polarity

#: The theme of a verdict that gives no reason: counted, but never a cause.
VERDICT = "general"

#: What the columns `polarity` and `sentiment` are places in.
POLARITIES = tuple(Polarity)

_PLACE = {polarity: place for place, polarity in enumerate(POLARITIES)}


@dataclass(frozen=True, slots=True)
class Spans:
    """Mentions or clauses, one a row: arrays of the same shape (M,), sorted by comment.

    `comment` is a place in `Annotations.hashes`, `theme` in `Annotations.themes`, `polarity` in `POLARITIES`; `start`
    and `end` are offsets into the verbatim. `confidence` is that of a mention, 1 for a clause.
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
        """The row in which each of those places is: of the spans of its comment the last that begins there or before.

        The comment's first where all begin after it, and -1 where the comment has none.
        """
        begins = self.comment.astype(np.int64) << 32 | self.start
        first = np.searchsorted(self.comment, comment)
        found = np.maximum(np.searchsorted(begins, comment.astype(np.int64) << 32 | start, side="right") - 1, first)
        is_there = first < np.searchsorted(self.comment, comment, side="right")
        return np.where(is_there, found, -1).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Annotations:
    """What a model said of H comments, with C clauses in all."""

    hashes: tuple[str, ...]  # content hash of each comment
    themes: tuple[str, ...]  # those that occur
    sentiment: NDArray[np.int8]  # (H,) into POLARITIES
    is_verdict: NDArray[np.bool_]  # (H,) about nothing but the verdict
    mentions: Spans
    clauses: Spans
    vectors: NDArray[np.float16]  # (C, d), rows of unit length

    @classmethod
    def of(cls, annotated: Iterable[tuple[str, Annotation]]) -> Annotations:
        """Read (content hash, annotation) once, each hash once."""
        hashes: list[str] = []
        sentiment, is_verdict, vectors = array("b"), array("b"), bytearray()
        themes: dict[str, int] = {}
        mentions, clauses = _Growing(themes), _Growing(themes)
        for comment, (content_hash, annotation) in enumerate(annotated):
            hashes.append(content_hash)
            sentiment.append(_PLACE[annotation.sentiment.label])
            is_verdict.append({label.theme for label in annotation.themes} == {VERDICT})
            for mention in annotation.mentions:
                mentions.add(comment, mention, mention.confidence)
            for clause in sorted(annotation.clauses, key=_begin):
                clauses.add(comment, clause, 1.0)
                vectors += clause.vector
        flat = np.frombuffer(vectors, np.dtype("<f2"))
        spans = clauses.spans()
        return cls(
            tuple(hashes),
            tuple(themes),
            np.array(sentiment, np.int8),
            np.array(is_verdict, np.bool_),
            mentions.spans(),
            spans,
            flat.reshape(len(spans), -1) if len(spans) else flat.reshape(0, 0),
        )


def _begin(clause: Clause) -> int:
    return clause.start


class _Growing:
    """Grows into `Spans`."""

    def __init__(self, themes: dict[str, int]) -> None:
        self._themes = themes
        self._whole = array("i")  # comment, start, end, theme, polarity, comment, …
        self._confidence = array("f")

    def add(self, comment: int, span: Mention | Clause, confidence: float) -> None:
        theme = self._themes.setdefault(span.theme, len(self._themes))
        self._whole.extend((comment, span.start, span.end, theme, _PLACE[span.polarity]))
        self._confidence.append(confidence)

    def spans(self) -> Spans:
        columns = np.array(self._whole, np.int32).reshape(-1, 5)
        comment, start, end, theme, polarity = (np.ascontiguousarray(column) for column in columns.T)
        confidence = np.array(self._confidence, np.float32)
        return Spans(comment, start, end, theme.astype(np.int16), polarity.astype(np.int8), confidence)
