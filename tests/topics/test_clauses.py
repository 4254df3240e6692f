"""Clauses are read from annotations with text, theme and language."""

from __future__ import annotations

import numpy as np

from pipelines.annotate.columns import Annotations
from pipelines.topics.clauses import clauses_of
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment
from saywhy.feedback import Comment

VECTOR = np.full(48, 48**-0.5, "<f2").tobytes()


def test_non_answers_are_left_out() -> None:
    """They give no clauses; the clauses of answers have the text at their position in the verbatim."""
    clauses = (
        Clause(0, 9, "general", Polarity.POSITIVE, VECTOR),
        Clause(10, 23, "support", Polarity.NEGATIVE, VECTOR),
    )
    answer, non_answer = Comment("Nice app. Slow support.", "en"), Comment("n/a", "en", is_answer=False)
    sentiment = Sentiment(Polarity.MIXED, 0.0, 0.5)
    annotations = Annotations.of(
        [
            (answer.content_hash, Annotation("m", sentiment, (), (), clauses, VECTOR)),
            (non_answer.content_hash, Annotation("m", sentiment, (), (), clauses[:1], VECTOR)),
        ]
    )
    comments = {comment.content_hash: comment for comment in (answer, non_answer)}
    texts, vectors = clauses_of(comments, annotations)
    assert [(clause.text, clause.theme, clause.language) for clause in texts] == [
        ("Nice app.", "general", "en"),
        ("Slow support.", "support", "en"),
    ]
    assert vectors.shape == (2, 48)
    assert clauses_of({}, Annotations.of([]))[0] == []


def test_clauses_know_whether_they_mention_a_theme() -> None:
    """Only a mention of a theme other than the bare verdict counts, in the clause itself."""
    comment = Comment("It was late. Well. Great!", "en")
    spans = [(0, 12, "timeliness"), (13, 18, "support"), (19, 25, "general")]
    clauses = tuple(Clause(start, end, theme, Polarity.NEGATIVE, VECTOR) for start, end, theme in spans)
    mentions = tuple(Mention(start, end, theme, Polarity.NEGATIVE, 0.9) for start, end, theme in (spans[0], spans[2]))
    annotation = Annotation("m", Sentiment(Polarity.NEGATIVE, -0.5, 0.9), (), mentions, clauses, VECTOR)
    texts, _ = clauses_of({comment.content_hash: comment}, Annotations.of([(comment.content_hash, annotation)]))
    assert [(clause.theme, clause.is_mention) for clause in texts] == [
        ("timeliness", True),
        ("support", False),
        ("general", False),
    ]
