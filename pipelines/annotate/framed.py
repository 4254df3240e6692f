"""Annotations in a code frame that was taught by examples, made of those in the core code frame.

Sentiment, clauses, polarities and vectors are those of the core's annotation; only what a clause is about is told anew,
from its vector and its words. So comments that are annotated already are not encoded again when the frame changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from models.arrays import Vectors, unit, unpack
from pipelines.annotate.classification import CommentAnnotator
from pipelines.annotate.example_classifier import NO_CLASS, ExampleClassifier, Probabilities, Texts
from saywhy.annotation import Annotation, Mention, ThemeLabel, overall_polarity
from saywhy.code_frame import VERDICT
from saywhy.feedback import Comment
from saywhy.frame import FRAME_MARK, VERSION_MARK, Frame

#: What people write that is about no theme, by language.
_VERDICTS = Path(__file__).with_name("verdicts.yaml")

#: Every so many of the core's causes are background; more would make teaching slow.
_BACKGROUND_STEP = 8


class FramedAnnotator:
    """An annotator whose themes and causes are those of a taught frame. Safe to call from several threads."""

    def __init__(self, core: CommentAnnotator, frame: Frame) -> None:
        """Learn the frame's themes and causes from their examples: seconds."""
        self.core, self.frame = core, frame
        self.model = f"{core.model}{FRAME_MARK}{frame.id}{VERSION_MARK}{frame.version}"
        self.code_frame = frame.code_frame
        theme_ids = [theme.id for theme in frame.code_frame if theme.id != VERDICT]
        cause_ids = [cause.id for cause in frame.code_frame.causes]
        theme_of = {key: key for key in theme_ids} | {cause.id: cause.theme for cause in frame.code_frame.causes}
        labelled = [(key, text) for key in (*theme_ids, *cause_ids) for text in frame.examples[key]]
        examples = self._texts([text for _, text in labelled])
        background = self._background(examples, [theme_of[key] for key, _ in labelled])
        everything = _joined(examples, background)
        none = [NO_CLASS] * len(background.texts)
        self._themes = ExampleClassifier.fit(everything, [*(theme_of[key] for key, _ in labelled), *none])
        causes = [key if key in cause_ids else NO_CLASS for key, _ in labelled]
        self._causes = ExampleClassifier.fit(everything, [*causes, *none]) if cause_ids else None

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        """One annotation for each comment, in order."""
        return self.relabelled(comments, self.core.annotate(comments))

    def relabelled(self, comments: Sequence[Comment], annotations: Sequence[Annotation]) -> list[Annotation]:
        """The core's annotations of these comments with the themes of the frame. Nothing is encoded."""
        texts: list[str] = []
        vectors: list[bytes] = []
        for comment, annotation in zip(comments, annotations, strict=True):
            texts += [comment.verbatim, *(comment.verbatim[each.start : each.end] for each in annotation.clauses)]
            vectors += [annotation.vector, *(clause.vector for clause in annotation.clauses)]
        if not texts:
            return []
        stacked = unpack(b"".join(vectors)).reshape(len(texts), -1)
        probabilities = self._themes(Texts(texts, stacked, self.core.cause_probabilities(stacked)))
        ends = np.cumsum([1 + len(annotation.clauses) for annotation in annotations])
        return [
            self._relabelled(annotation, rows)
            for annotation, rows in zip(annotations, np.split(probabilities, ends[:-1]), strict=True)
        ]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, d) of whole texts, of unit length: those of the core."""
        return self.core.vectors(texts)

    def cause_probabilities(self, vectors: Vectors) -> Probabilities:
        """Probabilities (n, causes + 1) of the frame's causes and of no cause; what is too improbable is 0."""
        causes = self.code_frame.causes
        given = np.zeros((len(vectors), len(causes) + 1), np.float32)
        if self._causes is not None and len(vectors):
            p = self._causes.of_vectors(vectors, self.core.cause_probabilities(vectors))
            column_of = {key: column for column, key in enumerate(self._causes.classes)}
            given[:, :-1] = p[:, [column_of[cause.id] for cause in causes]]
            given[given < self._causes.threshold] = 0
        given[:, -1] = 1 - given.sum(axis=1)
        return given

    def _relabelled(self, annotation: Annotation, probabilities: Probabilities) -> Annotation:
        """With the themes of the frame; rows of probabilities (1 + clauses, classes) are the comment, then its clauses.

        A clause is about the themes that reach the threshold. One that only the whole comment reaches is mentioned by
        its most probable clause, if that reaches half of the threshold. A verdict without a reason stays the core's.
        """
        classes, limit = self._themes.classes, self._themes.threshold
        of_clauses = probabilities[1:]
        mentions: list[Mention] = []
        for column, theme in enumerate(classes):
            if theme == NO_CLASS or not len(of_clauses):
                continue
            of_theme = of_clauses[:, column]
            is_named = of_theme >= limit
            if probabilities[0, column] >= limit and not is_named.any():
                is_named = (of_theme == of_theme.max()) & (of_theme >= limit / 2)
            mentions += [
                Mention(*clause.span, theme, clause.polarity, round(float(p), 4))
                for clause, p, is_about in zip(annotation.clauses, of_theme, is_named, strict=True)
                if is_about
            ]
        about = {mention.span for mention in mentions}
        mentions += [one for one in annotation.mentions if one.theme == VERDICT and one.span not in about]
        mentions.sort(key=lambda mention: (mention.start, -mention.confidence))
        clauses = tuple(
            replace(clause, theme=self._theme(row)) for clause, row in zip(annotation.clauses, of_clauses, strict=True)
        )
        return replace(
            annotation, model=self.model, themes=_labels(mentions), mentions=tuple(mentions), clauses=clauses
        )

    def _theme(self, probabilities: Probabilities) -> str:
        """The most probable theme of a clause; `VERDICT` if it is probably about none."""
        return self._themes.classes[int(probabilities.argmax())] or VERDICT

    def _texts(self, texts: Sequence[str]) -> Texts:
        vectors = self.core.vectors(texts)
        return Texts(texts, vectors, self.core.cause_probabilities(vectors))

    def _background(self, examples: Texts, labels: Sequence[str]) -> Texts:
        """Verdicts without a reason, and names of the core's causes that are about none of the themes.

        A core cause may be what a theme is about. So those are left out that are as near to the mean of a theme as a
        typical example of it.
        """
        verdicts = [text for texts in yaml.safe_load(_VERDICTS.read_text("utf-8")).values() for text in texts]
        causes = self.core.code_frame.causes[::_BACKGROUND_STEP]
        names = self._texts([name for cause in causes for name in cause.names.values()])
        themes = np.array(labels)
        mean = np.concatenate([examples.vectors, names.vectors]).mean(axis=0)
        own, other = unit(examples.vectors - mean), unit(names.vectors - mean)
        is_near = np.zeros(len(names.texts), bool)
        for theme in set(labels):
            centre = unit(own[themes == theme].mean(axis=0))
            is_near |= other @ centre >= np.median(own[themes == theme] @ centre)
        return _joined(self._texts(verdicts), names.take(np.flatnonzero(~is_near)))


def _joined(one: Texts, other: Texts) -> Texts:
    return Texts(
        [*one.texts, *other.texts],
        np.concatenate([one.vectors, other.vectors]),
        np.concatenate([one.core, other.core]),
    )


def _labels(mentions: Sequence[Mention]) -> tuple[ThemeLabel, ...]:
    """The themes of the mentions, the most certain first."""
    by_theme: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_theme.setdefault(mention.theme, []).append(mention)
    labels = [
        ThemeLabel(theme, overall_polarity({one.polarity for one in group}), max(one.confidence for one in group))
        for theme, group in by_theme.items()
    ]
    return tuple(sorted(labels, key=lambda label: -label.confidence))
