"""The test of the change of the NPS, and the smallest change that is visible."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.impact.nps import nps, nps_change, smallest_visible_change


@pytest.mark.parametrize(("n", "points"), [(100, 30.5), (400, 15.4), (1000, 9.8)])
def test_the_smallest_visible_change_is_the_known_one(n: int, points: float) -> None:
    """At 50 % promoters and 20 % detractors, to a tenth of a point."""
    score = nps(n // 2, 3 * n // 10, n // 5)
    assert smallest_visible_change(score, score) == pytest.approx(points, abs=0.06)


def test_the_change_agrees_with_a_hand_computation() -> None:
    """NPS 30 to 10 at n = 100: adjusted 29.126 → 9.709, errors 7.692 and 8.154 (worked by hand)."""
    change, p_value = nps_change(nps(50, 30, 20), nps(40, 30, 30))
    assert change.value == -20
    assert (change.low, change.high) == pytest.approx((-19.417 - 1.96 * 11.209, -19.417 + 1.96 * 11.209), abs=0.01)
    assert p_value == pytest.approx(0.0832, abs=0.0005)


def test_equal_waves_differ_as_often_as_the_test_says() -> None:
    """Of 3,000 pairs of waves of one population, 4 to 6 % have p < .05; a change of the visible size shows in 80 %."""
    generator = np.random.default_rng(1)
    equal = generator.multinomial(400, [0.5, 0.3, 0.2], (3000, 2)).tolist()
    level = np.mean([nps_change(nps(*before), nps(*after))[1] < 0.05 for before, after in equal])
    assert 0.04 <= level <= 0.06
    visible = smallest_visible_change(nps(200, 120, 80), nps(200, 120, 80)) / 100
    changed = generator.multinomial(400, [0.5 - visible / 2, 0.3, 0.2 + visible / 2], 3000).tolist()
    power = np.mean(
        [nps_change(nps(*before), nps(*after))[1] < 0.05 for (before, _), after in zip(equal, changed, strict=True)]
    )
    assert power == pytest.approx(0.8, abs=0.04)
