"""Annotations of recombined comments without running the encoder on them: for profiling everything else."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from benchmarks.large_survey import INSERTED_TIME, SENTENCE_END, sample_answers
from models.annotator import Annotator
from models.arrays import Vectors, pack, unit, unpack
from saywhy.annotation import Annotation, Polarity, ThemeLabel
from saywhy.feedback import Comment

_NOISE_VECTORS = 4096
_NOISE_SCALE = 0.01


class RecombinedAnnotator:
    """Annotates comments of `benchmarks.large_survey.write` by combining the annotations of their sentences.

    The encoder runs on the distinct sentences of the sample only. A clause with an inserted time gets a vector of its
    own: the vector of the sentence's clause plus noise that depends on the time.
    """

    def __init__(self, annotator: Annotator, width: int = 384) -> None:
        """`width`: dimensions of the annotator's vectors."""
        self.model, self.code_frame = annotator.model, annotator.code_frame
        self._width = width
        self._annotator = annotator

    @cached_property
    def _by_sentence(self) -> dict[str, Annotation]:
        languages = {sentence: answer.language for answer in sample_answers() for sentence in answer.sentences}
        annotations = self._annotator.annotate([Comment(text, language) for text, language in languages.items()])
        return dict(zip(languages, annotations, strict=True))

    @cached_property
    def _noise(self) -> Vectors:
        noise = np.random.default_rng(0).normal(size=(_NOISE_VECTORS, self._width)) * _NOISE_SCALE
        return noise.astype(np.float32)

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        """One annotation for each comment, in order. The first call, also of no comments, annotates the sentences."""
        _ = self._by_sentence
        return [self._combined(list(self._sentence_annotations(comment.verbatim))) for comment in comments]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors of whole texts by the annotator."""
        return self._annotator.vectors(texts)

    def cause_probabilities(self, vectors: Vectors) -> Vectors:
        """Probabilities of the causes by the annotator, for clauses with these vectors."""
        return self._annotator.cause_probabilities(vectors)

    def _sentence_annotations(self, verbatim: str) -> Iterator[Annotation]:
        """Annotations of the sentences of a comment, with offsets in the comment."""
        start = 0
        for sentence in filter(None, SENTENCE_END.split(verbatim)):
            start = verbatim.index(sentence, start)
            time = INSERTED_TIME.search(sentence)
            annotation = self._by_sentence[INSERTED_TIME.sub("", sentence)]
            inserted = len(time.group()) if time else 0
            limit = time.start() if time else len(sentence)
            noise = self._noise[zlib.crc32(time.group().encode()) % _NOISE_VECTORS] if time else None
            spans = {
                clause.start: (start + clause.start, start + clause.end + inserted * (clause.end > limit))
                for clause in annotation.clauses
            }
            yield replace(
                annotation,
                mentions=tuple(
                    replace(mention, start=spans[mention.start][0], end=spans[mention.start][1])
                    for mention in annotation.mentions
                ),
                clauses=tuple(
                    replace(
                        clause,
                        start=spans[clause.start][0],
                        end=spans[clause.start][1],
                        vector=_with_noise(clause.vector, noise),
                    )
                    for clause in annotation.clauses
                ),
            )
            start += len(sentence)

    def _combined(self, parts: list[Annotation]) -> Annotation:
        """One annotation of several sentences; the sentiment is mixed if theirs differ."""
        sentiments = {part.sentiment.label for part in parts}
        themes: dict[str, ThemeLabel] = {}
        for label in (label for part in parts for label in part.themes):
            themes[label.theme] = max(label, themes.get(label.theme, label), key=lambda theme: theme.confidence)
        return Annotation(
            self.model,
            parts[0].sentiment if len(sentiments) == 1 else replace(parts[0].sentiment, label=Polarity.MIXED),
            tuple(themes.values()),
            tuple(mention for part in parts for mention in part.mentions),
            tuple(clause for part in parts for clause in part.clauses),
            parts[0].vector,
        )


def _with_noise(vector: bytes, noise: Vectors | None) -> bytes:
    return vector if noise is None else pack(unit(unpack(vector) + noise))
