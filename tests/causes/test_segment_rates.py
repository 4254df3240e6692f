"""Where a cause is concentrated: shrunk ratios with intervals, and few false findings among many segments."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from pipelines.causes.segment_rates import SegmentComparison, concentrated_in, elevated_segments
from saywhy.feedback import Segment
from saywhy.issue import SegmentRate

SEGMENTS = [Segment("shop", str(number)) for number in range(20)]


def compared(rates: np.ndarray, people: int, seed: int) -> SegmentComparison:
    """People in twenty shops who name causes at the rates (causes, shops) of their shop."""
    generator = np.random.default_rng(seed)
    shop = generator.integers(0, 20, people)
    named = generator.random((people, len(rates))) < rates[:, shop].T
    member = shop[:, None] == np.arange(20)
    return SegmentComparison.of(sparse.csr_array(named), sparse.csr_array(member))


def segment_rates(rates: np.ndarray, people: int, seed: int) -> list[tuple[SegmentRate, ...]]:
    """The listed segments of each cause, for the same survey."""
    return elevated_segments(compared(rates, people, seed), SEGMENTS)


def test_a_concentration_is_found_and_measured() -> None:
    """A cause named four times as often in one of twenty shops is listed there and nowhere else, its ratio covered."""
    rates = np.full((8, 20), 0.06)
    rates[3, 7] = 0.24
    comparison = compared(rates, 8000, 1)
    listed = elevated_segments(comparison, SEGMENTS)
    [rate] = listed[3]
    assert rate.segment == "shop=7"
    assert rate.times.low < 4 < rate.times.high
    assert rate.rate == pytest.approx(0.24, abs=0.05)
    assert rate.elsewhere == pytest.approx(0.06, abs=0.01)
    assert not any(listed[cause] for cause in range(8) if cause != 3)
    assert concentrated_in(comparison, SEGMENTS) == [None, None, None, "shop=7", None, None, None, None]


def test_many_segments_alone_give_few_findings() -> None:
    """Of 200 surveys with 160 pairs and equal rates at most 6 % list any segment."""
    listed = [any(segment_rates(np.full((8, 20), 0.08), 1500, seed)) for seed in range(200)]
    assert np.mean(listed) <= 0.06


def test_ratios_are_shrunk_towards_1() -> None:
    """Listed ratios lie between 1 and the observed ratio."""
    rates = np.full((8, 20), 0.06)
    rates[:, 3] = 0.2
    for listed in segment_rates(rates, 3000, 2):
        for rate in listed:
            assert 1 < rate.times.low < rate.times.value < rate.rate / rate.elsewhere


@pytest.mark.parametrize(("people", "causes", "shops"), [(0, 2, 2), (5, 0, 2), (5, 2, 0), (1, 2, 1), (4, 1, 1)])
def test_nothing_to_compare_gives_nothing(people: int, causes: int, shops: int) -> None:
    """No people, no causes, no segments, a segment of one, a segment of everyone."""
    named = sparse.csr_array(np.ones((people, causes), dtype=bool))
    member = sparse.csr_array(np.ones((people, shops), dtype=bool))
    comparison = SegmentComparison.of(named, member)
    assert elevated_segments(comparison, SEGMENTS[:shops]) == [()] * causes
    assert concentrated_in(comparison, SEGMENTS[:shops]) == [None] * causes
