"""Classify comments one by one, as `saywhy classify` and `POST /v1/classify` do: nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines import annotate
from pipelines.annotate.classification import CommentAnnotator
from pipelines.topics.named_causes import named_causes
from saywhy.annotation import Annotation, NamedCause
from saywhy.code_frame import CodeFrame
from saywhy.feedback import Comment


@dataclass(frozen=True, slots=True)
class Classified:
    """A cleaned comment, its annotation, and the causes of the library that it names."""

    comment: Comment
    annotation: Annotation
    causes: tuple[NamedCause, ...]


def classify(items: Sequence[tuple[str, str | None]], annotator: CommentAnnotator) -> list[Classified]:
    """Classify (text, language) pairs, in order; the language is None if it is not known.

    What is said of a comment does not depend on the others.
    """
    annotated = annotate.classify(items, annotator)
    causes = named_causes([annotation for _, annotation in annotated], annotator)
    return [Classified(*pair, named) for pair, named in zip(annotated, causes, strict=True)]


def to_record(
    identifier: str | int, classified: Classified, code_frame: CodeFrame, language: str = "en"
) -> dict[str, Any]:
    """The result for one comment as command line and HTTP interface return it; labels of causes in the language.

    `start` and `end` are character offsets into the text as it was sent.
    """
    named = {cause.cause for cause in classified.causes}
    labels = {cause.id: cause.name(language) for cause in code_frame.causes if cause.id in named} if named else {}
    record = annotate.to_record(identifier, classified.comment, classified.annotation)
    record["causes"] = [
        {
            "cause": cause.cause,
            "label": labels[cause.cause],
            "theme": cause.theme,
            "polarity": cause.polarity.value,
            "start": cause.start,
            "end": cause.end,
            "confidence": cause.confidence,
        }
        for cause in classified.causes
    ]
    return record
