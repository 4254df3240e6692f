"""Simulated surveys as columns, from which parts of a report can be computed without texts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.impact.nps import points_of
from pipelines.tabulate.cause_mentions import CauseMentions
from pipelines.tabulate.survey_data import Cause, SurveyData
from saywhy.annotation import Polarity
from saywhy.feedback import Comment, Segment
from tests.builders.simulated_surveys import THRESHOLDS


@dataclass(frozen=True)
class QuietWaves:
    """Two waves between which only the share of customers who write a comment may change.

    As many complaints as `rates` (shares of those who write), which move satisfaction by up to 1.5 logits, and half as
    many kinds of praise; a segment of every dimension for each response, without effect; `answers` of every customer.
    """

    responses: int = 500  # of each wave
    rates: tuple[float, ...] = tuple(np.geomspace(0.005, 0.2, 20).tolist())
    wrote: tuple[float, float] = (0.7, 0.7)
    dimensions: tuple[int, ...] = (3, 5, 10, 20)  # numbers of segments
    answers: int = 1

    def draw(self, seed: int) -> SurveyData:
        """One survey. Answers of one customer are alike: they share half of the variance of satisfaction."""
        generator = np.random.default_rng(seed)
        n, causes = 2 * self.responses, len(self.rates)
        account = generator.permutation(n) // self.answers
        wave = np.repeat([0, 1], self.responses)
        wrote = generator.random(n) < np.array(self.wrote)[wave]
        shared = generator.random((int(account.max()) + 1, causes))[account] if self.answers > 1 else 0.0
        is_same = generator.random((n, causes)) < (0.5 if self.answers > 1 else 0.0)
        drawn = np.where(is_same, shared, generator.random((n, causes)))
        named = (drawn < np.array(self.rates)) & wrote[:, None]
        is_praise = np.arange(causes) % 3 == 2
        effects = np.where(is_praise, 1, -1) * np.linspace(0, 1.5, causes)
        noise = generator.logistic(size=n)
        if self.answers > 1:
            noise = (noise + generator.logistic(size=int(account.max()) + 1)[account]) / np.sqrt(2)
        satisfaction = 0.6 + named @ effects + noise
        scores = np.searchsorted(THRESHOLDS, satisfaction).astype(np.int8)
        ends = np.cumsum((0, *self.dimensions)).tolist()
        member = np.stack(
            [generator.integers(ends[index], ends[index + 1], n) for index in range(len(ends) - 1)], axis=1
        )
        cells = (np.ones(member.size, dtype=bool), member.ravel(), np.arange(n + 1) * len(self.dimensions))
        data = survey_data(scores, named & ~is_praise, named & is_praise, wave, wrote=wrote, account=account)
        return replace(
            data,
            segmented=sparse.csr_array(cells, (n, ends[-1])),
            segments=tuple(
                Segment(f"dimension {index}", f"{value:02}")
                for index, size in enumerate(self.dimensions)
                for value in range(size)
            ),
        )


def survey_data(
    scores: NDArray[np.int8],
    blamed: NDArray[np.bool_],
    praised: NDArray[np.bool_],
    wave: NDArray[np.int64],
    *,
    wrote: NDArray[np.bool_] | None = None,
    account: NDArray[np.int64] | None = None,
) -> SurveyData:
    """N scored responses as columns: who blames and who praises each of K causes, (N, K), and the number of the wave.

    Without `wrote` everybody writes a comment, without `account` each response is of an unknown customer. There are no
    dates and no segments.
    """
    n, causes = blamed.shape
    written = np.ones(n, dtype=bool) if wrote is None else wrote
    return SurveyData(
        points=points_of(scores),
        scored=np.ones(n, dtype=bool),
        score=scores,
        scale=np.zeros(n, dtype=np.int8),
        comment=np.where(written, np.arange(n), -1).astype(np.int32),
        answered=written,
        annotated=written,
        wave=wave.astype(np.int32),
        answered_at=np.full(n, np.nan),
        account=np.full(n, -1, dtype=np.int32) if account is None else account.astype(np.int32),
        segmented=sparse.csr_array((n, 0), dtype=bool),
        comments=(Comment("text"),) * n,
        hashes=tuple(map(str, range(n))),
        sentiment=np.zeros(n, dtype=np.int8),
        is_verdict=np.zeros(n, dtype=bool),
        waves=tuple(f"W{number + 1}" for number in range(int(wave.max()) + 1)),
        segments=(),
        revenue=np.full(n, np.nan),
        lifetime_value=np.full(n, np.nan),
        causes=tuple(Cause("theme", f"cause {index}", f"Cause {index}", f"cause {index}") for index in range(causes)),
        cause_mentions={Polarity.NEGATIVE: _mentions(blamed), Polarity.POSITIVE: _mentions(praised)},
        vectors=np.zeros((0, 16), dtype=np.float16),
    )


def _mentions(named: NDArray[np.bool_]) -> CauseMentions:
    cause, comment = np.nonzero(named.T)
    zeros = np.zeros(len(cause), dtype=np.int32)
    confidence = np.ones(len(cause), dtype=np.float32)
    return CauseMentions(comment.astype(np.int32), cause.astype(np.int32), zeros, zeros + 4, confidence, zeros - 1)
