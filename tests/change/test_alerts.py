"""Alerts: they find what rose, and false ones are as rare as stated."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.change.alerts import FALSE_ALARM_RATE, corrected_p_values
from tests.builders.answers import SLOW, report_on
from tests.builders.waves import wave


def test_a_complaint_above_its_history_raises_an_alert() -> None:
    """Four quiet waves and a fifth with four times the complaints: one alert, with both rates."""
    quiet = [entry for number in range(4) for entry in wave(f"W{number}", (5, 5), start=1000 * number)]
    report = report_on([*quiet, *wave("W9", (25, 15), start=9000)], SLOW)
    [alert] = report.alerts
    assert (alert.id, alert.wave, alert.mentions) == ("support", "W9", 40)
    assert alert.rate > 3 * alert.expected > 0
    assert alert.false_alarm_rate == FALSE_ALARM_RATE
    assert not report_on([*quiet, *wave("W9", (5, 5), start=9000)], SLOW).alerts


@pytest.mark.parametrize(("waves", "spread"), [(2, 0.0), (5, 0.0), (5, 0.15), (5, 0.25), (9, 0.25)])
def test_quiet_waves_seldom_raise_an_alert(waves: int, spread: float) -> None:
    """Of 1,500 quiet waves with 40 causes at most 6 % raise any alert, also where rates vary from wave to wave."""
    generator = np.random.default_rng(7)
    rates, alarms = np.geomspace(0.004, 0.2, 40), 0
    for _ in range(1500):
        responses = generator.integers(300, 900, waves)
        varied = rates[:, None] * np.exp(spread * generator.normal(size=(40, waves)))
        mentions = generator.binomial(responses, np.minimum(varied, 1))
        alarms += bool((corrected_p_values(mentions, responses) <= FALSE_ALARM_RATE).any())
    assert alarms / 1500 <= 0.06


def test_a_doubled_rate_raises_an_alert() -> None:
    """A complaint of one in twenty that doubles in a wave of 600 has an alert in at least 80 of 100 cases."""
    generator = np.random.default_rng(8)
    rates, alarms = np.geomspace(0.004, 0.2, 40), 0
    rates[20] = 0.05
    for _ in range(300):
        responses = np.full(5, 600)
        mentions = generator.binomial(responses, np.repeat(rates[:, None], 5, axis=1))
        mentions[20, -1] = generator.binomial(600, 0.1)
        alarms += bool(corrected_p_values(mentions, responses)[20] <= FALSE_ALARM_RATE)
    assert alarms / 300 >= 0.8
