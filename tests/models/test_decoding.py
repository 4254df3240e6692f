"""Probabilities become an annotation that does not contradict itself."""

from __future__ import annotations

import numpy as np
import pytest

from models.decoding import Decoder, SpanProbabilities
from saywhy.annotation import Annotation, Polarity

DECODER = Decoder("test", ("delivery", "price"), np.array([0.5, 0.5], np.float32), uncertain_below=0.5)


def annotation(sentiment: list[float], *polarities: list[float]) -> Annotation:
    """A comment on delivery with this sentiment; one polarity for the whole, then one for each clause."""
    spans = len(polarities)
    probabilities = SpanProbabilities(
        themes=np.tile(np.array([0.9, 0.1], np.float32), (spans, 1)),
        polarities=np.repeat(np.array(polarities, np.float32)[:, None], 2, axis=1),
        sentiment=np.array(sentiment, np.float32),
        vectors=np.ones((spans, 2), np.float16),
    )
    clauses = [(0, 10)] if spans == 1 else [(10 * i, 10 * i + 10) for i in range(spans - 1)]
    return DECODER.annotation(clauses, DECODER.consistent(probabilities))


@pytest.mark.parametrize(
    ("sentiment", "polarity", "expected"),
    [
        ([0.35, 0.3, 0.3, 0.05], [0.05, 0.05, 0.9], Polarity.POSITIVE),
        ([0.9, 0.05, 0.03, 0.02], [0.4, 0.1, 0.5], Polarity.NEGATIVE),
        ([0.05, 0.05, 0.85, 0.05], [0.5, 0.1, 0.4], Polarity.POSITIVE),
    ],
)
def test_a_single_clause_has_one_sign(sentiment: list[float], polarity: list[float], expected: Polarity) -> None:
    """Where sentiment and polarity of a comment of one clause are opposites, the surer one decides both."""
    decoded = annotation(sentiment, polarity)
    assert decoded.sentiment.label == expected
    assert (decoded.sentiment.score > 0) == (expected == Polarity.POSITIVE)
    assert {theme.polarity for theme in decoded.themes} == {clause.polarity for clause in decoded.clauses} == {expected}
    assert {mention.polarity for mention in decoded.mentions} == {expected}


def test_several_clauses_may_differ_from_the_whole() -> None:
    """A comment that complains as a whole may praise in one of its clauses."""
    decoded = annotation([0.9, 0.05, 0.03, 0.02], [0.9, 0.05, 0.05], [0.9, 0.05, 0.05], [0.05, 0.05, 0.9])
    assert decoded.sentiment.label == Polarity.NEGATIVE
    assert [mention.polarity for mention in decoded.mentions] == [Polarity.NEGATIVE, Polarity.POSITIVE]


def test_a_neutral_or_mixed_clause_stays_as_it_is() -> None:
    """Only opposites contradict each other: a neutral or mixed comment may have a theme of any polarity."""
    for sentiment in ([0.2, 0.6, 0.1, 0.1], [0.2, 0.1, 0.1, 0.6]):
        decoded = annotation(sentiment, [0.9, 0.05, 0.05])
        assert decoded.sentiment.confidence == pytest.approx(0.6)
        assert [theme.polarity for theme in decoded.themes] == [Polarity.NEGATIVE]


def test_a_neutral_aside_is_no_mention_beside_an_opinion() -> None:
    """Of a theme that one clause has an opinion of, an equally sure neutral clause is no mention; a surer one is."""
    neutral, positive = [0.05, 0.9, 0.05], [0.05, 0.05, 0.9]
    assert [mention.start for mention in annotation([0.1, 0.1, 0.8, 0.0], positive, neutral, positive).mentions] == [10]
    assert [mention.start for mention in annotation([0.1, 0.8, 0.1, 0.0], neutral, neutral, neutral).mentions] == [
        0,
        10,
    ]
    probabilities = SpanProbabilities(
        themes=np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.1]], np.float32),
        polarities=np.repeat(np.array([positive, neutral, positive], np.float32)[:, None], 2, axis=1),
        sentiment=np.array([0.1, 0.1, 0.8, 0.0], np.float32),
        vectors=np.ones((3, 2), np.float16),
    )
    polarities = [mention.polarity for mention in DECODER.annotation([(0, 10), (10, 20)], probabilities).mentions]
    assert polarities == [Polarity.NEUTRAL, Polarity.POSITIVE]
