"""Where a cause concentrates: shrunk ratios with intervals, and nothing fished from many segments."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from pipelines.causes.segment_rates import by_segment
from saywhy.feedback import Segment
from saywhy.issue import SegmentRate

SEGMENTS = [Segment("shop", str(number)) for number in range(20)]


def survey(rates: np.ndarray, people: int, seed: int) -> list[tuple[SegmentRate, ...]]:
    """People in twenty shops who name causes at the rates (causes, shops) of their shop."""
    generator = np.random.default_rng(seed)
    shop = generator.integers(0, 20, people)
    named = generator.random((people, len(rates))) < rates[:, shop].T
    member = shop[:, None] == np.arange(20)
    return by_segment(sparse.csr_array(named), sparse.csr_array(member), SEGMENTS)


def test_a_planted_concentration_is_found_and_measured() -> None:
    """A cause named four times as often in one of twenty shops is found there and nowhere else, its ratio covered."""
    rates = np.full((8, 20), 0.06)
    rates[3, 7] = 0.24
    found = survey(rates, 8000, 1)
    [one] = found[3]
    assert one.segment == "shop=7"
    assert one.times.low < 4 < one.times.high
    assert one.rate == pytest.approx(0.24, abs=0.05)
    assert one.elsewhere == pytest.approx(0.06, abs=0.01)
    assert not any(found[cause] for cause in range(8) if cause != 3)


def test_many_segments_find_nothing_by_themselves() -> None:
    """Of 200 surveys with 160 pairs and nothing planted at most 6 % show any."""
    shown = [any(survey(np.full((8, 20), 0.08), 1500, seed)) for seed in range(200)]
    assert np.mean(shown) <= 0.06


def test_small_segments_are_shrunk_towards_the_whole() -> None:
    """What is shown lies between 1 and the plain ratio."""
    rates = np.full((8, 20), 0.06)
    rates[:, 3] = 0.2
    for segments in survey(rates, 3000, 2):
        for one in segments:
            assert 1 < one.times.low < one.times.value < one.rate / one.elsewhere


@pytest.mark.parametrize(("people", "causes", "shops"), [(0, 2, 2), (5, 0, 2), (5, 2, 0), (1, 2, 1), (4, 1, 1)])
def test_nothing_to_compare_gives_nothing(people: int, causes: int, shops: int) -> None:
    """No people, no causes, no segments, a segment of one, a segment of everyone."""
    named = sparse.csr_array(np.ones((people, causes), dtype=bool))
    member = sparse.csr_array(np.ones((people, shops), dtype=bool))
    assert by_segment(named, member, SEGMENTS[:shops]) == [()] * causes
