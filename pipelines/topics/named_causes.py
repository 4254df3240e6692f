"""The library causes that single comments name, outside a survey."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from models.arrays import NONE, unpack
from pipelines.annotate.classification import CommentAnnotator
from pipelines.topics.clauses import ClauseText
from pipelines.topics.library import match_library
from saywhy.annotation import Annotation, NamedCause, Polarity

#: Digits of a confidence: the third may depend on what else was encoded in the same run, as vectors are rounded.
_DIGITS = 2


def named_causes(annotations: Sequence[Annotation], annotator: CommentAnnotator) -> list[tuple[NamedCause, ...]]:
    """The causes that each comment names, by position; the first cause of a clause before its second.

    No comment depends on the others. An analysis knows more: what near clauses of other comments name, what it said of
    a clause before, and the topics that people created or locked.
    """
    clauses = [
        ClauseText(str(comment), clause.start, clause.end, "", clause.theme, clause.polarity, None)
        for comment, annotation in enumerate(annotations)
        for clause in annotation.clauses
    ]
    if not clauses:
        return [()] * len(annotations)
    vectors = unpack(b"".join(clause.vector for annotation in annotations for clause in annotation.clauses))
    library = annotator.code_frame.causes
    vectors = vectors.reshape(len(clauses), -1)
    match = match_library(clauses, vectors, library, annotator.cause_probabilities, previous=None, is_survey=False)
    named: list[list[NamedCause]] = [[] for _ in annotations]

    def decided(row: int) -> Iterator[tuple[int, float]]:
        for causes, confidences in ((match.cause, match.confidence), (match.second, match.second_confidence)):
            if causes[row] != NONE:
                yield int(causes[row]), round(float(confidences[row]), _DIGITS)

    for row in np.flatnonzero(match.cause != NONE).tolist():
        clause = clauses[row]
        for number, confidence in decided(row):
            cause = library[number]
            named[int(clause.content_hash)].append(
                NamedCause(clause.start, clause.end, cause.id, cause.theme, Polarity(cause.polarity), confidence)
            )
    return [tuple(sorted(causes, key=lambda cause: cause.start)) for causes in named]
