"""F1 of (theme, polarity) pairs."""

from __future__ import annotations

import pytest

from saywhy.annotation import Annotation, Mention, Polarity, Sentiment
from tests.training.rows import row
from training.evaluation.mentions import count, labelled_pairs, predicted_pairs


def test_pairs_are_counted_and_mixed_is_two_pairs() -> None:
    """A mixed theme is two pairs; themes that the dataset does not label and missing polarities do not count."""
    mentions = (
        Mention(0, 5, "price", Polarity.NEGATIVE, 0.9),
        Mention(6, 9, "price", Polarity.POSITIVE, 0.9),
        Mention(6, 9, "staff", Polarity.POSITIVE, 0.9),
        Mention(6, 9, "design", Polarity.POSITIVE, 0.9),
    )
    annotation = Annotation("test", Sentiment(Polarity.MIXED, 0.0, 0.5), (), mentions, (), b"")
    predicted = predicted_pairs(annotation, {"price", "staff"})
    labelled = labelled_pairs(row("text", "mixed", ("price", "mixed"), ("staff", "negative"), ("design", None)))
    counts = count([(predicted, labelled), (set(), {("price", "negative")})])
    assert (counts.hits, counts.predicted, counts.labelled) == (2, 3, 4)
    assert counts.f1 == pytest.approx(4 / 7)
