"""A few responses, and the report on them if themes are recognised by their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from pipelines.annotate.columns import Annotations
from pipelines.report import build
from pipelines.tabulate.tabulation import tabulate
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.code_frame import CodeFrame, load_code_frame
from saywhy.estimate import Estimate
from saywhy.feedback import Comment, Response, Scale, Score
from saywhy.report import Report
from saywhy.topic import Assignment, Topic

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)

#: A clause of a comment: start, end, theme, polarity.
Span = tuple[int, int, str, Polarity]

#: Words of a comment → the theme and the polarity that they stand for.
ThemeWords = Mapping[str, tuple[str, Polarity]]


def annotate(comment: Comment, spans: Sequence[Span]) -> Annotation:
    """An annotation with these mentions; vectors differ by the words, as those of a model would."""

    def vector(text: str) -> bytes:
        sample = np.random.default_rng(list(text.encode())).normal(size=16)
        return (sample / np.linalg.norm(sample)).astype("<f2").tobytes()

    return Annotation(
        model="test-1",
        sentiment=Sentiment(Polarity.NEGATIVE, -0.5, 0.9),
        themes=tuple(ThemeLabel(theme, polarity, 0.9) for _, _, theme, polarity in spans),
        mentions=tuple(Mention(*span, 0.9) for span in spans),
        clauses=tuple(Clause(*span, vector(comment.verbatim[span[0] : span[1]])) for span in spans),
        vector=vector(comment.verbatim),
    )


def annotate_by_words(comment: Comment, theme_words: ThemeWords) -> Annotation:
    """An annotation with the themes of the words that occur in the comment."""
    text = comment.verbatim
    return annotate(
        comment,
        [
            (text.index(words), text.index(words) + len(words), theme, polarity)
            for words, (theme, polarity) in theme_words.items()
            if words in text
        ],
    )


def response(number: int, score: int | None, text: str | None = None, wave: str = "W1", **more: Any) -> Response:
    """One response; `text` is its comment."""
    scored = None if score is None else Score(score, more.pop("scale", Scale.NPS))
    comment = None if text is None else Comment(text, language=more.pop("language", "en"))
    return Response("test", str(number), scored, comment, wave=wave, **more)


def build_report(
    wave: str,
    responses: Iterable[Response],
    annotations: Mapping[str, Annotation],
    topics: Sequence[Topic] = (),
    assignments: Iterable[Assignment] = (),
    code_frame: CodeFrame | None = None,
) -> Report:
    """The report on one wave, or on "all", from the responses of every wave; `annotations` by content hash."""
    columns = Annotations.of(annotations.items())
    data = tabulate(responses, columns, topics, assignments, code_frame or load_code_frame())
    return build.report_on(wave, data, "test-1", NOW)


def report_on(
    responses: Sequence[Response],
    theme_words: ThemeWords | None = None,
    wave: str = "all",
    topics: Sequence[Topic] = (),
    assignments: Sequence[Assignment] = (),
) -> Report:
    """The report if every comment mentions the themes of the words that occur in it."""
    comments = [entry.comment for entry in responses if entry.comment is not None]
    annotations = {comment.content_hash: annotate_by_words(comment, theme_words or {}) for comment in comments}
    return build_report(wave, responses, annotations, topics, assignments)


def keys(report: Report) -> set[str]:
    """The keys of the notes on the report."""
    return {note.key for note in report.notes}


def of(estimate: Estimate | None) -> float:
    """The value of an estimate that must be there."""
    assert estimate is not None
    return estimate.value


SLOW = {"slow support": ("support", Polarity.NEGATIVE), "lovely staff": ("staff", Polarity.POSITIVE)}


def ten(number: int = 0, text: str = "slow support", wave: str = "W1", **more: Any) -> list[Response]:
    """Ten responses: three detractors and a passive write `text`; a detractor, a passive and four promoters do not."""
    scores = [0, 3, 6, 8, 5, 7, 9, 9, 10, 10]
    texts = [f"{text} {index}" for index in range(4)] + [f"as expected {index}" for index in range(6)]
    return [
        response(number + index, score, words, wave, **more)
        for index, (score, words) in enumerate(zip(scores, texts, strict=True))
    ]
