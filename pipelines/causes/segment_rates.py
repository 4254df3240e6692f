"""In which segments a cause is named more often than elsewhere: tests of significance, and ratios with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import hypergeom

from models.arrays import Floats
from pipelines.impact.multiple_testing import FALSE_DISCOVERY_RATE, MIN_MENTIONS, q_values
from pipelines.impact.nps import Z95
from saywhy.estimate import Estimate
from saywhy.feedback import Segment
from saywhy.issue import SegmentRate
from saywhy.report import MIN_CLAIM

#: "Concentrated": at least this ratio of the rate inside to the rate elsewhere.
MIN_RATIO = 2.0

#: Smallest prior standard deviation of a log ratio. With it, most ratios are assumed to lie within 1/e … e.
MIN_PRIOR_SD = 0.5


@dataclass(frozen=True, slots=True)
class SegmentComparison:
    """Responses that name each of K causes inside each of S segments and elsewhere, and whether the rates differ.

    `p_value` is Fisher's exact test, one-sided, of naming the cause inside the segment against elsewhere, 1 where a
    pair cannot be tested; `is_significant` is after Benjamini and Hochberg's control (1995) over all pairs, so that
    many segments do not produce findings by chance.
    """

    inside: Floats  # (K, S)
    outside: Floats  # (K, S)
    size: Floats  # (S,) responses in the segment
    others: Floats  # (S,) responses elsewhere
    is_testable: NDArray[np.bool_]  # (K, S) the cause is named, and the segment is neither empty nor everyone
    p_value: Floats  # (K, S)
    is_significant: NDArray[np.bool_]  # (K, S)

    @classmethod
    def of(cls, named: sparse.csr_array, segmented: sparse.csr_array) -> SegmentComparison:
        """From the indicator matrices response × cause, (N, K), and response × segment, (N, S)."""
        responses = named.shape[0]
        inside = (named.astype(np.int64).T @ segmented.astype(np.int64)).toarray().astype(np.float64)
        size = np.asarray(segmented.astype(np.int64).sum(axis=0), dtype=np.float64)
        outside = np.asarray(named.astype(np.int64).sum(axis=0), dtype=np.float64)[:, None] - inside
        others = responses - size
        is_testable = (inside + outside > 0) & (others > 0) & (size > 0)
        p_value = np.where(is_testable, hypergeom.sf(inside - 1, responses, size, inside + outside), 1.0)
        is_significant = q_values(p_value) <= FALSE_DISCOVERY_RATE
        return cls(inside, outside, size, others, is_testable, p_value, is_significant)


@dataclass(frozen=True, slots=True)
class ShrunkRatios:
    """Ratios of the rate inside each of S segments and elsewhere, of K causes: their shrunk logarithms, (K, S), with
    standard errors.
    """

    log_ratio: Floats
    error: Floats

    @classmethod
    def of(cls, comparison: SegmentComparison) -> ShrunkRatios:
        """The log ratio is log(rate inside / rate elsewhere), with variance 1/a - 1/n + 1/b - 1/m, where a of n
        responses name the cause inside and b of m elsewhere (half a response is added to each). Log ratios are shrunk
        towards 0, equal rates, by τ²/(τ² + variance), where τ² is their variance beyond their errors (DerSimonian and
        Laird 1986, over all pairs), at least `MIN_PRIOR_SD`².
        """
        inside, outside, size, others = comparison.inside, comparison.outside, comparison.size, comparison.others
        log_ratio = np.log((inside + 0.5) / (size + 1)) - np.log((outside + 0.5) / (others + 1))
        variance = 1 / (inside + 0.5) - 1 / (size + 1) + 1 / (outside + 0.5) - 1 / (others + 1)
        is_testable = comparison.is_testable
        prior_variance = max(MIN_PRIOR_SD**2, _between_variance(log_ratio[is_testable], variance[is_testable]))
        shrinkage = prior_variance / (prior_variance + variance)
        return cls(shrinkage * log_ratio, np.sqrt(shrinkage * variance))

    def ratio(self, cause: int, segment: int) -> Estimate:
        """The ratio of one pair."""
        log_ratio, margin = self.log_ratio[cause, segment], Z95 * self.error[cause, segment]
        low, high = np.exp([log_ratio - margin, log_ratio + margin]).tolist()
        return Estimate(float(np.exp(log_ratio)), low, high)


def elevated_segments(comparison: SegmentComparison, segments: Sequence[Segment]) -> list[tuple[SegmentRate, ...]]:
    """For each of K causes the segments where it is named more often than elsewhere, the highest ratio first: the
    significant pairs whose interval of the shrunk ratio lies above 1.
    """
    shrunk = ShrunkRatios.of(comparison)
    is_listed = comparison.is_significant & (shrunk.log_ratio - Z95 * shrunk.error > 0)
    listed = []
    for cause in range(len(comparison.inside)):
        columns = np.flatnonzero(is_listed[cause])
        order = columns[np.argsort(-shrunk.log_ratio[cause, columns], kind="stable")].tolist()
        listed.append(
            tuple(
                SegmentRate(
                    segment=str(segments[column]),
                    rate=float(comparison.inside[cause, column] / comparison.size[column]),
                    elsewhere=float(comparison.outside[cause, column] / comparison.others[column]),
                    times=shrunk.ratio(cause, column),
                )
                for column in order
            )
        )
    return listed


def concentrated_in(comparison: SegmentComparison, segments: Sequence[Segment]) -> list[str | None]:
    """For each of K causes the segment in which it is concentrated, None for none.

    Of the significant segments with at least `MIN_CLAIM` responses, `MIN_MENTIONS` mentions and a rate of at least
    `MIN_RATIO` times the rate elsewhere, the one with the smallest p-value.
    """
    inside, outside, p_value = comparison.inside, comparison.outside, comparison.p_value
    if not p_value.size:
        return [None] * len(inside)
    rate, rate_elsewhere = inside / np.maximum(comparison.size, 1), outside / np.maximum(comparison.others, 1)
    is_large = (inside >= MIN_MENTIONS) & (comparison.size >= MIN_CLAIM)
    mask = comparison.is_significant & (rate >= MIN_RATIO * rate_elsewhere) & is_large
    best = np.where(mask, p_value, 2.0).argmin(axis=1)
    return [str(segments[column]) if mask[cause, column] else None for cause, column in enumerate(best.tolist())]


def _between_variance(value: Floats, variance: Floats) -> float:
    """The variance of the true values around 0, beyond the variance of their errors; never below 0."""
    if not len(value):
        return 0.0
    weight = 1 / variance
    return max(0.0, float(((weight * value**2).sum() - len(value)) / weight.sum()))
