"""Searching by meaning."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from models.annotator import Annotator
from models.arrays import pack
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.meaning import CommentClauses, MeaningIndex, nearest_topics
from saywhy.topic import ClusteringFit, Topic
from tests.builders.topic_sentences import SENTENCES

#: (cause, language, sentence)
TEXTS = [
    (cause, language, text)
    for cause, languages in SENTENCES.items()
    for language, texts in languages.items()
    for text in texts
]


def index_of(annotator: Annotator) -> MeaningIndex:
    """Those sentences in comments named for their place, after a clause that means the opposite, and a comment without
    clauses.
    """
    vectors = annotator.vectors([text for *_, text in TEXTS])
    languages = [language for _, language, _ in TEXTS]
    known, means = LanguageCentring(languages).fit(vectors).means()
    fit = ClusteringFit(annotator.model, datetime(2026, 1, 1, tzinfo=UTC), len(TEXTS), known, means)
    comments = [
        CommentClauses(str(position), language, pack(-vector) + pack(vector))
        for position, (language, vector) in enumerate(zip(languages, vectors, strict=True))
    ]
    return MeaningIndex.of([*comments, CommentClauses("empty", None, b"")], fit)


def test_what_means_the_same_comes_first_in_any_language(annotator: Annotator) -> None:
    """Whatever the language of the question; what is far away is not found at all, and a limit is kept."""
    index = index_of(annotator)
    for question, language in (("too expensive", "en"), ("zu teuer", "de"), ("价格太贵", "zh-Hans")):
        [query] = annotator.vectors([question])
        close = index.closest(query, language, 8)
        causes = [TEXTS[int(each.content_hash)][:2] for each in close]
        assert sum(cause == "price" for cause, _ in causes) >= 6, (question, causes)
        assert len({language for cause, language in causes if cause == "price"}) >= 3
        assert [each.similarity for each in close] == sorted((each.similarity for each in close), reverse=True)
        assert close[0].clause == 1
    assert len(index.closest(query, None, 1)) == 1
    assert len(index.closest(query, None, 1000)) < len(TEXTS) / 2


def test_without_clauses_nothing_is_close() -> None:
    """Before anything is analysed, there is nothing to compare with."""
    fit = ClusteringFit("m", datetime(2026, 1, 1, tzinfo=UTC), 0, (), pack(np.zeros(2, np.float32)))
    assert MeaningIndex.of([], fit).closest(np.array([1, 0], np.float32), None, 5) == []


def test_the_nearest_causes_are_not_of_the_opposite_polarity() -> None:
    """A complaint gets causes of complaint, the closest first."""
    fit = ClusteringFit("m", datetime(2026, 1, 1, tzinfo=UTC), 2, (), pack(np.zeros((1, 2), np.float32)))

    def topic(id: str, polarity: str, *vector: float) -> Topic:
        return Topic(id, "price", id, (), polarity, 1, pack(np.array(vector, np.float32)))

    topics = [topic("far", "negative", 0, 1), topic("near", "negative", 1, 0), topic("praise", "positive", 1, 0)]
    nearest = nearest_topics(np.array([1, 0], np.float32), "en", "negative", fit, topics, 5)
    assert [each.id for each in nearest] == ["near", "far"]
    assert nearest_topics(np.array([1, 0], np.float32), None, "negative", fit, topics[2:], 5) == []
