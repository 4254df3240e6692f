"""Earlier waves inform the effects of this one; how often causes are named is its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from pipelines.causes.analysis import Analysis
from pipelines.causes.earlier_waves import (
    BETWEEN_WAVES_SD,
    DEPARTURE_BETWEEN_WAVES_SD,
    before_wave,
    earlier_effects,
    later,
)
from pipelines.causes.impacts import impacts
from pipelines.causes.scenarios import scenarios
from pipelines.impact.effect_prior import DEPARTURE_SD, SLOPE_SD, EffectPrior
from pipelines.report.waves import report_on_waves
from saywhy.annotation import Polarity
from saywhy.estimate import Impact
from tests.builders.simulated_data import QuietWaves

DATA = QuietWaves(250, rates=(0.3, 0.25, 0.2, 0.15, 0.1, 0.05), dimensions=(3,)).draw(5)
SECOND = Analysis.of(DATA, DATA.responses_of("W2"))


def complaints(*, informed: bool, analysis: Analysis = SECOND) -> dict[str, Impact]:
    """The impacts of the second wave by the index of the cause."""
    earlier = before_wave(DATA, "W2") if informed else None
    return {impact.key: impact for impact in impacts(analysis, earlier)[Polarity.NEGATIVE].ranking}


def test_the_estimate_of_a_wave_is_the_prior_of_the_next() -> None:
    """Nothing is known before the first; then the variance is that of the estimate and that between waves. Where no
    response names a cause, nothing is learnt of it.
    """
    first, second = earlier_effects(DATA)
    assert first is None
    assert second is not None
    prior = second["theme"]
    columns = 2 * len(DATA.causes)
    assert prior.mean.shape == (3, columns)
    variance, *of_departures = prior.covariance.reshape(3 * columns, -1).diagonal().reshape(3, columns)
    named = np.concatenate([SECOND.named[side].sum(axis=0) for side in (Polarity.NEGATIVE, Polarity.POSITIVE)]) > 0
    assert (variance[named] < 1).all()
    assert variance[~named] == pytest.approx(SLOPE_SD**2 + BETWEEN_WAVES_SD**2)
    unknown = DEPARTURE_SD**2 + DEPARTURE_BETWEEN_WAVES_SD**2
    for departure in of_departures:
        assert (departure[named] < unknown).all()
        assert departure[~named] == pytest.approx(unknown)
    assert prior.mean[:, ~named] == pytest.approx(0)
    estimate = EffectPrior(np.array([[1.0], [0.5], [0.0]]), np.full((3, 1, 3, 1), 0.04))
    between = np.diag(np.square([BETWEEN_WAVES_SD, DEPARTURE_BETWEEN_WAVES_SD, DEPARTURE_BETWEEN_WAVES_SD]))
    assert later(estimate).covariance.reshape(3, 3) == pytest.approx(0.04 + between)
    assert later(estimate).mean.ravel().tolist() == [1, 0.5, 0]


def test_intervals_are_narrower_and_rates_are_those_of_the_wave() -> None:
    """Mentions are the same with and without the wave before, and the intervals shorter on average."""
    alone, informed = complaints(informed=False), complaints(informed=True)
    assert {key: impact.mentions for key, impact in alone.items()} == {
        key: impact.mentions for key, impact in informed.items()
    }
    widths = [np.mean([impact.high - impact.low for impact in each.values()]) for each in (informed, alone)]
    assert widths[0] < 0.9 * widths[1]


def test_reports_and_scenarios_of_a_wave_use_the_same_model() -> None:
    """The gain if nobody named a cause is its impact in the report; the report on all waves has no prior."""
    *_, second, everyone = report_on_waves(DATA, "m", datetime(2026, 1, 1, tzinfo=UTC), progress=lambda *_: None)
    issue = next(issue for issue in second.issues if not issue.few_mentions)
    [scenario] = scenarios(SECOND, [[issue.key]], [1.0], before_wave(DATA, "W2"))
    assert scenario.gain.value == pytest.approx(issue.impact)
    assert issue.impact == pytest.approx(complaints(informed=True)[str(int(issue.id.split()[1]))].impact)
    assert before_wave(DATA, "all") is None
    whole = impacts(Analysis.of(DATA, DATA.responses_of("all")))[Polarity.NEGATIVE].ranking
    assert [each.impact for each in everyone.issues] == [each.impact for each in whole]


def test_a_wave_without_scores_teaches_nothing() -> None:
    """If nobody in the first wave has a score, nothing is known before the second."""
    silent = replace(DATA, scored=DATA.scored & (DATA.wave == 1))
    assert list(earlier_effects(silent)) == [None, None]
