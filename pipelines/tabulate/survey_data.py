"""Responses and the causes that they name, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.tabulate.cause_mentions import CauseMentions
from saywhy.annotation import Polarity
from saywhy.errors import WaveNotFound
from saywhy.feedback import Comment, Scale, Segment
from saywhy.issue import CauseKey, TopicState
from saywhy.report import ALL_WAVES
from saywhy.topic import Definition

SCALES = tuple(Scale)


@dataclass(frozen=True, slots=True)
class Cause:
    """What can cost points: a theme (`kind` "theme") or a topic ("topic", a part of `theme`)."""

    kind: str
    id: str
    label: str
    theme: str
    keywords: tuple[str, ...] = ()
    polarity: str | None = None  # of a topic
    labels: Mapping[str, str] = field(default_factory=dict)  # of a topic, by language of the reader
    state: TopicState | None = None  # of a topic
    definition: Definition | None = None  # of a topic
    is_coded: bool = False  # a theme of the code frame, with which people can label comments

    @property
    def key(self) -> CauseKey:
        return CauseKey(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class SurveyData:
    """N responses, their H distinct comments, S segments and K causes. -1 stands for none in every index.

    One that was stored (`pipelines.tabulate.packing`) has no `comments`, `hashes` and `vectors`.
    """

    points: NDArray[np.int8]  # (N,) 100, 0, -100; meaningful only where `scored`
    scored: NDArray[np.bool_]  # (N,) the score is one that gives an NPS
    score: NDArray[np.int8]  # (N,) as given
    scale: NDArray[np.int8]  # (N,) into SCALES
    comment: NDArray[np.int32]  # (N,) into comments
    answered: NDArray[np.bool_]  # (N,) the comment is an answer
    annotated: NDArray[np.bool_]  # (N,) the comment is an answer and a model has annotated it
    wave: NDArray[np.int32]  # (N,) into waves
    answered_at: NDArray[np.float64]  # (N,) seconds since the epoch, nan where the date is not known
    account: NDArray[np.int32]  # (N,) into revenue
    segmented: sparse.csr_array  # (N, S) bool
    comments: tuple[Comment, ...]
    hashes: tuple[str, ...]  # content hash of each comment
    sentiment: NDArray[np.int8]  # (H,) into POLARITIES, -1 where no model has annotated the comment
    is_verdict: NDArray[np.bool_]  # (H,) the comment is a verdict without a reason
    waves: tuple[str, ...]  # in order of their first answer, then of their name
    segments: tuple[Segment, ...]
    revenue: NDArray[np.float64]  # per account, annual; nan where unknown
    lifetime_value: NDArray[np.float64]  # per account; nan where unknown
    causes: tuple[Cause, ...]
    cause_mentions: Mapping[Polarity, CauseMentions]  # NEGATIVE and POSITIVE
    vectors: NDArray[np.float16]  # (C, d) of the clauses, rows of unit length

    def responses_of(self, wave: str) -> NDArray[np.bool_]:
        """The responses, (N,), of a wave, or of all. Raises `WaveNotFound` if no response is in that wave."""
        if wave not in (ALL_WAVES, *self.waves):
            raise WaveNotFound(f"no wave {wave!r}; there are: {', '.join((ALL_WAVES, *self.waves))}")
        return np.ones(len(self.wave), dtype=bool) if wave == ALL_WAVES else self.wave == self.waves.index(wave)

    def base_of(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Those of the responses in `mask`, (N,), that could name a cause: every one with a score on the 0-10 scale and
        an annotated comment or, where none has such a score, every one with an annotated comment.
        """
        annotated = mask & self.annotated
        scored = annotated & self.scored
        return scored if scored.any() else annotated

    def named(self, polarity: Polarity, mask: NDArray[np.bool_]) -> sparse.csr_array:
        """The indicator matrix, response × cause, of the responses in `mask`, all with a comment: bool, (n, K)."""
        mentions = self.cause_mentions[polarity]
        shape = (len(self.sentiment), len(self.causes))
        cells = (np.ones(len(mentions.cause), dtype=bool), (mentions.comment, mentions.cause))
        return sparse.csr_array(cells, shape)[self.comment[mask]]

    def vectors_of(self, clauses: NDArray[np.int32]) -> NDArray[np.float32]:
        """The vectors (M, d) of clauses (M,); zeros for -1."""
        vectors = np.zeros((len(clauses), self.vectors.shape[1]), dtype=np.float32)
        vectors[clauses >= 0] = self.vectors[clauses[clauses >= 0]]
        return vectors

    def segments_of(self, row: int) -> list[Segment]:
        """The segments of one response."""
        columns = self.segmented.indices[self.segmented.indptr[row] : self.segmented.indptr[row + 1]]
        return [self.segments[column] for column in columns.tolist()]
