"""A few answers, as people give them, and the report on them where the themes are known by their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from pipelines.report.build import build_report
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.code_frame import load_code_frame
from saywhy.estimate import Estimate
from saywhy.feedback import Comment, Response, Scale, Score
from saywhy.report import Report
from saywhy.topic import Assignment, Topic

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)

Named = dict[str, tuple[str, Polarity]]  # words of the comment → theme, polarity


def annotate(comment: Comment, named: Sequence[tuple[int, int, str, Polarity]]) -> Annotation:
    """An annotation with these mentions; vectors differ by the words, as those of a model would."""

    def vector(text: str) -> bytes:
        drawn = np.random.default_rng(list(text.encode())).normal(size=16)
        return (drawn / np.linalg.norm(drawn)).astype("<f2").tobytes()

    return Annotation(
        model="test-1",
        sentiment=Sentiment(Polarity.NEGATIVE, -0.5, 0.9),
        themes=tuple(ThemeLabel(theme, polarity, 0.9) for _, _, theme, polarity in named),
        mentions=tuple(Mention(*found, 0.9) for found in named),
        clauses=tuple(Clause(*found, vector(comment.verbatim[found[0] : found[1]])) for found in named),
        vector=vector(comment.verbatim),
    )


def response(number: int, score: int | None, text: str | None = None, wave: str = "W1", **more: Any) -> Response:
    """One response; `text` is its comment."""
    scored = None if score is None else Score(score, more.pop("scale", Scale.NPS))
    comment = None if text is None else Comment(text, language=more.pop("language", "en"))
    return Response("test", str(number), scored, comment, wave=wave, **more)


def report_on(
    responses: Sequence[Response],
    named: Named | None = None,
    wave: str = "all",
    topics: Sequence[Topic] = (),
    assignments: Sequence[Assignment] = (),
) -> Report:
    """The report where every comment mentions the themes of the words that occur in it."""
    annotations = {}
    for comment in filter(None, (entry.comment for entry in responses)):
        places = [
            (comment.verbatim.index(words), comment.verbatim.index(words) + len(words), theme, polarity)
            for words, (theme, polarity) in (named or {}).items()
            if words in comment.verbatim
        ]
        annotations[comment.content_hash] = annotate(comment, places)
    return build_report(wave, responses, annotations, topics, assignments, load_code_frame(), "test-1", NOW)


def keys(report: Report) -> set[str]:
    """Which notes are on the report."""
    return {note.key for note in report.notes}


def of(estimate: Estimate | None) -> float:
    """The number itself."""
    assert estimate is not None
    return estimate.value


SLOW = {"slow support": ("support", Polarity.NEGATIVE), "lovely staff": ("staff", Polarity.POSITIVE)}


def ten(number: int = 0, text: str = "slow support", wave: str = "W1", **more: Any) -> list[Response]:
    """Ten responses as in tests/impact/test_estimates.py: 3 detractors and a passive say `text`, the others another thing."""
    scores = [0, 3, 6, 8, 5, 7, 9, 9, 10, 10]
    texts = [f"{text} {place}" for place in range(4)] + [f"as expected {place}" for place in range(6)]
    pairs = enumerate(zip(scores, texts, strict=True), number)
    return [response(place, score, words, wave, **more) for place, (score, words) in pairs]
