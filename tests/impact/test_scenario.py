"""What it would bring: the NPS without a set of causes, and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from pipelines.impact.adjusted_wald import excess_variance
from pipelines.impact.nps import points_of
from pipelines.impact.recoverable import recoverable
from pipelines.impact.scenario import project
from tests.builders.simulated_surveys import SimulatedSurvey

NOBODY_ELSE = np.array([], dtype=np.int8)


def columns(*sets: list[int]) -> list[np.ndarray]:
    """Sets of column indices."""
    return [np.array(one, dtype=np.intp) for one in sets]


def test_a_single_cause_brings_its_recoverable_points() -> None:
    """Nobody naming it brings the points of the ranking with their interval; half as often brings half."""
    scores, blamed, _ = SimulatedSurvey().draw(2000, 1)
    others = np.array([10] * 300 + [3] * 200, dtype=np.int8)
    half, nobody = project(scores, blamed, columns([2]), fewer=(0.5, 1.0), others=others)
    expected = recoverable(scores, blamed, responses=2500)
    assert nobody.gain.value == pytest.approx(expected.points[2])
    error = 1.96 * expected.covariance[2, 2] ** 0.5
    assert nobody.gain.high - nobody.gain.value == pytest.approx(error, rel=0.01)
    assert half.gain.value == pytest.approx(nobody.gain.value / 2)
    score = float(points_of(np.concatenate([scores, others])).mean())
    assert nobody.nps.value == pytest.approx(score + nobody.gain.value)


def test_a_set_is_counted_once_for_a_response_that_names_two() -> None:
    """Of two causes always named together, the set brings what it would if they were one."""
    scores, blamed, _ = SimulatedSurvey(blamed=(0.3,), costs=(1.5,)).draw(3000, 2)
    twice = sparse.csr_array(sparse.hstack([blamed, blamed], format="csr"))
    [alone] = project(scores, blamed, columns([0]), fewer=(1.0,), others=NOBODY_ELSE)
    [both] = project(scores, twice, columns([0, 1]), fewer=(1.0,), others=NOBODY_ELSE)
    assert both.gain.value == pytest.approx(alone.gain.value, rel=0.02)
    assert both.gain.high - both.gain.low == pytest.approx(alone.gain.high - alone.gain.low, rel=0.02)


@pytest.mark.slow
def test_the_intervals_agree_with_a_bootstrap() -> None:
    """The spread of gain and NPS of a set over 300 resamples of whole responses, within 12 %."""
    scores, blamed, _ = SimulatedSurvey(overlap=1.0).draw(600, 3)
    [estimate] = project(scores, blamed, columns([0, 2, 3]), fewer=(1.0,), others=NOBODY_ELSE)
    generator = np.random.default_rng(4)
    draws = [generator.integers(0, 600, 600) for _ in range(300)]
    again = [project(scores[r], blamed[r], columns([0, 2, 3]), fewer=(1.0,), others=NOBODY_ELSE)[0] for r in draws]
    for name in ("gain", "nps"):
        interval = getattr(estimate, name)
        spread = np.std([getattr(one, name).value for one in again])
        assert (interval.high - interval.low) / 2 / 1.96 == pytest.approx(spread, rel=0.12)


def test_few_unanimous_responses_are_as_uncertain_as_in_the_ranking() -> None:
    """Nearly everybody is a detractor, and so are the five who name the cause: the variance is what the adjusted shares
    add, times the squared share of a scenario; where the model leaves more open, it is that of the model.
    """
    named = sparse.csr_array(np.arange(125)[:, None] < 5)
    alike = np.array([3] * 115 + [7] * 5 + [10] * 5, dtype=np.int8)
    half, nobody = project(alike, named, columns([0]), fewer=(0.5, 1.0), others=NOBODY_ELSE)
    least = excess_variance(np.array([[0, 0, 5]]), np.array([5, 5, 115]), 125)[0]
    assert nobody.responses == 5
    assert least > 5 * recoverable(alike, named).covariance[0, 0]
    assert nobody.gain_variance == pytest.approx(least)
    assert half.gain_variance == pytest.approx(least / 4)
    various = np.array([3] * 5 + [10, 7, 3] * 40, dtype=np.int8)
    [nobody] = project(various, named, columns([0]), fewer=(1.0,), others=NOBODY_ELSE)
    assert nobody.gain_variance == pytest.approx(recoverable(various, named).covariance[0, 0], rel=0.01)


def test_a_cause_that_all_name_has_no_comparison() -> None:
    """The NPS stays, with the whole possible interval."""
    scores = np.array([10, 7, 3, 3], dtype=np.int8)
    named = sparse.csr_array(np.ones((4, 1), dtype=bool))
    [estimate] = project(scores, named, columns([0]), fewer=(1.0,), others=NOBODY_ELSE)
    assert (estimate.gain.value, estimate.nps.value, estimate.nps.low, estimate.nps.high) == (0, -25, -100, 100)
