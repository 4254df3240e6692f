"""The annotate stage: cleaned comments in, annotations out. Online and batch are this same code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from pipelines.clean.comments import clean
from saywhy.annotation import Annotation, Polarity, Sentiment
from saywhy.code_frame import CodeFrame
from saywhy.feedback import Comment


class Annotates(Protocol):
    """What this stage needs of `models.annotator.Annotator`."""

    model: str
    code_frame: CodeFrame

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        """One annotation a comment, in order."""


def classify(items: Sequence[tuple[str, str | None]], annotator: Annotates) -> list[tuple[Comment, Annotation]]:
    """Clean and annotate texts with their language, where it is known; in order.

    A text that is no answer ("-", "n/a", blank) is neutral and about nothing, with full confidence.
    """
    comments = clean([Comment(text, language) for text, language in items])
    answers = iter(annotator.annotate([comment for comment in comments if comment.is_answer]))
    silence = Annotation(annotator.model, Sentiment(Polarity.NEUTRAL, 0.0, 1.0), (), (), (), b"")
    return [(comment, next(answers) if comment.is_answer else silence) for comment in comments]


def to_record(identifier: Any, comment: Comment, annotation: Annotation) -> dict[str, Any]:
    """What `saywhy classify` and `POST /v1/classify` say of one comment; spans are offsets into the text as sent."""
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
