"""Two waves of comments as columns, of which everything is drawn with known probabilities."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipelines.annotate.columns import POLARITIES, Annotations, Spans
from pipelines.tabulate.survey_data import Cause, SurveyData
from saywhy.annotation import Polarity
from saywhy.feedback import Comment
from tests.builders.simulated_data import survey_data

LIBRARY = ("price.too_high", "support.slow")
_CAUSES = (
    Cause("theme", "price", "Price", "price", is_coded=True),
    Cause("theme", "support", "Support", "support", is_coded=True),
    Cause("topic", LIBRARY[0], "Too high", "price"),
    Cause("topic", LIBRARY[1], "Slow", "support"),
)


@dataclass(frozen=True)
class CommentsOfAWave:
    """How often comments have what is compared."""

    n: int = 400
    german: float = 0.4
    longer: float = 1.0  # factor of the length
    shift: float = 0.0  # of the vectors, in units of their standard deviation
    negative: float = 0.5
    priced: float = 0.3  # name the price, the others support
    outside: float = 0.2  # name no cause of the library


def two_waves(before: CommentsOfAWave, newest: CommentsOfAWave, seed: int = 0) -> tuple[SurveyData, Annotations]:
    """A survey of two waves and the annotations of its comments."""
    rng = np.random.default_rng(seed)
    waves = (before, newest)
    wave = np.repeat([0, 1], [each.n for each in waves])

    def is_drawn(name: str) -> np.ndarray:
        return np.asarray(rng.random(len(wave)) < np.array([getattr(each, name) for each in waves])[wave])

    german, negative, priced, outside = map(is_drawn, ("german", "negative", "priced", "outside"))
    lengths = rng.lognormal(4, 0.5, len(wave)) * np.array([each.longer for each in waves])[wave]
    comments = tuple(
        Comment("x" * max(1, round(length)), "de" if is_german else "en")
        for length, is_german in zip(lengths, german, strict=True)
    )
    named = np.stack([priced, ~priced, priced & ~outside, ~priced & ~outside], axis=1)
    data = replace(
        survey_data(np.zeros(len(wave), np.int8), named, np.zeros_like(named), wave),
        comments=comments,
        causes=_CAUSES,
        sentiment=np.where(negative, POLARITIES.index(Polarity.NEGATIVE), POLARITIES.index(Polarity.POSITIVE)).astype(
            np.int8
        ),
    )
    vectors = rng.normal(size=(len(wave), 8)) + german[:, None] * 3
    vectors[:, 0] += np.array([each.shift for each in waves])[wave]
    return data, annotations_of(data, vectors)


def annotations_of(data: SurveyData, vectors: np.ndarray) -> Annotations:
    """Annotations of one clause for each comment, with these vectors (H, d)."""
    count = len(data.hashes)
    zeros = np.zeros(count, np.int32)
    clauses = Spans(
        np.arange(count, dtype=np.int32), zeros, zeros + 4, zeros.astype(np.int16), zeros.astype(np.int8),
        np.ones(count, np.float32),
    )  # fmt: skip
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Annotations(
        data.hashes, ("price",), data.sentiment, data.is_verdict, clauses, clauses, unit.astype(np.float16)
    )
