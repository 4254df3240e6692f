"""Classifies texts: cleans and annotates them. Single texts and batches take the same path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from models.arrays import Vectors
from pipelines.clean.comments import clean
from pipelines.clean.read_text import ReadText, read
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment
from saywhy.code_frame import CodeFrame
from saywhy.feedback import Comment

_Span = TypeVar("_Span", Mention, Clause)


class CommentAnnotator(Protocol):
    """The part of `models.annotator.Annotator` that the pipelines use."""

    model: str
    code_frame: CodeFrame

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        """One annotation per comment, in order."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, d) of whole texts, of unit length."""

    def cause_probabilities(self, vectors: Vectors) -> Vectors:
        """Probabilities (n, causes + 1) of the library's causes and of no cause, for clauses with these vectors."""


def classify(items: Sequence[tuple[str, str | None]], annotator: CommentAnnotator) -> list[tuple[Comment, Annotation]]:
    """Clean and annotate (text, language) pairs, in order; the language is None if it is not known.

    Non-answers ("-", "n/a", blank) are not given to the model: they are neutral with full confidence and have no
    themes.
    """
    comments = clean([Comment(text, language) for text, language in items])
    annotations = iter(annotate([comment for comment in comments if comment.is_answer], annotator))
    no_answer = Annotation(annotator.model, Sentiment(Polarity.NEUTRAL, 0.0, 1.0), (), (), (), b"")
    return [(comment, next(annotations) if comment.is_answer else no_answer) for comment in comments]


def annotate(comments: Sequence[Comment], annotator: CommentAnnotator) -> list[Annotation]:
    """One annotation for each comment, in order: of what the customer wrote, with offsets into the verbatim."""
    texts = [read(comment.verbatim) for comment in comments]
    as_read = [replace(comment, verbatim=text.text) for comment, text in zip(comments, texts, strict=True)]
    return [_in_verbatim(*pair) for pair in zip(annotator.annotate(as_read), texts, strict=True)]


def _in_verbatim(annotation: Annotation, text: ReadText) -> Annotation:
    if text.starts is None:
        return annotation

    def moved(span: _Span) -> _Span:
        start, end = text.in_verbatim(span.start, span.end)
        return replace(span, start=start, end=end)

    return replace(
        annotation, mentions=tuple(map(moved, annotation.mentions)), clauses=tuple(map(moved, annotation.clauses))
    )


def to_record(identifier: Any, comment: Comment, annotation: Annotation) -> dict[str, Any]:
    """The result for one comment as `saywhy classify` and `POST /v1/classify` return it.

    `start` and `end` are character offsets into the text as it was sent.
    """
    sentiment = annotation.sentiment
    return {
        "id": identifier,
        "language": comment.language,
        "sentiment": {
            "label": sentiment.label.value,
            "score": sentiment.score,
            "confidence": sentiment.confidence,
            "uncertain": sentiment.uncertain,
        },
        "themes": [
            {"theme": label.theme, "polarity": label.polarity.value, "confidence": label.confidence}
            for label in annotation.themes
        ],
        "mentions": [
            {
                "theme": mention.theme,
                "polarity": mention.polarity.value,
                "start": mention.start,
                "end": mention.end,
                "confidence": mention.confidence,
            }
            for mention in annotation.mentions
        ],
        "model": annotation.model,
    }
