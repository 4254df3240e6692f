"""The causes that single comments name, outside a survey: those of the library, and one's own by examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from models.arrays import NONE, Vectors, unpack
from pipelines.annotate.classification import CommentAnnotator
from pipelines.clean.read_text import read
from pipelines.topics.clauses import ClauseText
from pipelines.topics.few_shot import MIN_SIMILARITY, ExampleMatcher
from pipelines.topics.library import MIN_PROBABILITY, match_library
from saywhy.annotation import Annotation, NamedCause, Polarity
from saywhy.feedback import Comment

#: Digits of a confidence: the third may depend on what else was encoded in the same run, as vectors are rounded.
_DIGITS = 2


def single_clauses(
    annotations: Sequence[Annotation], comments: Sequence[Comment] | None = None
) -> tuple[list[ClauseText], Vectors]:
    """The clauses of all comments, whose number stands for their content hash, and their vectors (clauses, d).

    Without the `comments` they have no texts and languages.
    """
    clauses = [
        ClauseText(
            str(number),
            clause.start,
            clause.end,
            read(comments[number].verbatim).cut(clause.start, clause.end) if comments else "",
            clause.theme,
            clause.polarity,
            comments[number].language if comments else None,
        )
        for number, annotation in enumerate(annotations)
        for clause in annotation.clauses
    ]
    vectors = unpack(b"".join(clause.vector for annotation in annotations for clause in annotation.clauses))
    return clauses, vectors.reshape(len(clauses), -1) if clauses else np.empty((0, 0), np.float32)


def named_causes(
    annotations: Sequence[Annotation],
    annotator: CommentAnnotator,
    comments: Sequence[Comment] | None = None,
    own: ExampleMatcher | None = None,
    *,
    min_probability: float = MIN_PROBABILITY,
    min_similarity: float = MIN_SIMILARITY,
) -> list[tuple[NamedCause, ...]]:
    """The causes that each comment names, by position; the first cause of a clause before its second.

    `own` are causes that examples define; the `comments` must then be given, whose clauses are compared with them. The
    limits are those of the library's causes and of one's own.

    No comment depends on the others. An analysis knows more: what near clauses of other comments name, what it said of
    a clause before, and the topics that people created or locked.
    """
    clauses, vectors = single_clauses(annotations, comments)
    if not clauses:
        return [()] * len(annotations)
    library = annotator.code_frame.causes
    probabilities = annotator.cause_probabilities
    match = match_library(
        clauses, vectors, library, probabilities, previous=None, min_probability=min_probability, is_survey=False
    )
    if own:
        match = own.match(match, clauses, vectors, annotator, min_similarity=min_similarity)
    named: list[list[NamedCause]] = [[] for _ in annotations]

    def decided(row: int) -> Iterator[tuple[int, float]]:
        for causes, confidences in ((match.cause, match.confidence), (match.second, match.second_confidence)):
            if causes[row] != NONE:
                yield int(causes[row]), round(float(confidences[row]), _DIGITS)

    for row in np.flatnonzero(match.cause != NONE).tolist():
        clause = clauses[row]
        for number, confidence in decided(row):
            cause = match.causes[number]
            named[int(clause.content_hash)].append(
                NamedCause(clause.start, clause.end, cause.id, cause.theme, Polarity(cause.polarity), confidence)
            )
    return [tuple(sorted(causes, key=lambda cause: cause.start)) for causes in named]
