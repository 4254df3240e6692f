"""Complaints that are named more often than their own history would have it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom, nbinom

from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.report import Alert

#: Share of waves without any change in which there is an alert at all, whatever the number of causes.
FALSE_ALARM_RATE = 0.05

#: Fewer mentions than this in a wave are no reason to wake anybody.
FEWEST_MENTIONS = 5

#: Earlier waves that make a history. Fewer do not tell how much rates vary by themselves from wave to wave.
_SHORTEST_HISTORY = 4

#: How far, in its standard errors, that variation is taken to lie above its estimate.
_CAUTION = 6.0


def alerts(frame: SurveyData, latest: int) -> tuple[Alert, ...]:
    """The complaints whose rate in the wave at place `latest` lies above that of all waves before, the surest first."""
    waves = [frame.annotated & (frame.wave == wave) for wave in range(latest + 1)]
    mentions = np.stack([frame.named(Polarity.NEGATIVE, rows).astype(bool).sum(axis=0) for rows in waves], axis=1)
    responses = np.array([int(rows.sum()) for rows in waves])
    found = []
    corrected = alarm(mentions, responses)
    for place in np.flatnonzero((corrected <= FALSE_ALARM_RATE) & (mentions[:, -1] >= FEWEST_MENTIONS)).tolist():
        cause = frame.causes[place]
        found.append(
            Alert(
                kind=cause.kind,
                id=cause.id,
                label=cause.label,
                wave=frame.waves[latest],
                rate=float(mentions[place, -1] / responses[-1]),
                expected=float(mentions[place, :-1].sum() / responses[:-1].sum()),
                mentions=int(mentions[place, -1]),
                p_value=float(corrected[place]),
                false_alarm_rate=FALSE_ALARM_RATE,
            )
        )
    return tuple(sorted(found, key=lambda alert: (alert.p_value, -alert.mentions, alert.id)))


def alarm(mentions: NDArray[np.int64], responses: NDArray[np.int64]) -> NDArray[np.float64]:
    """p-values, (K,), of the last of W waves against those before it, corrected for all causes. (K, W), (W,) → (K,).

    The rate of each cause against that of its own history by Fisher's exact test, one-sided. How much rates wander from
    wave to wave by themselves is estimated from all causes together (a relative variance, by moments); the count has
    to stand out from that too: a negative binomial with the variance of drawing people, of the history and of
    wandering. The larger of both p-values counts.
    Holm's correction (1979) keeps the chance of any false alarm in a wave at the level, for causes that go
    together too. 1 where there is no history.
    """
    history, past, last, now = mentions[:, :-1], responses[:-1], mentions[:, -1], int(responses[-1])
    before, total = history.sum(axis=1), int(past.sum())
    asked = past > 0
    if asked.sum() < _SHORTEST_HISTORY or not now or not len(mentions):
        return np.ones(len(mentions))
    p_value = np.asarray(hypergeom.sf(last - 1, total + now, now, before + last))
    rate = before / total
    expected = np.outer(rate, past[asked])
    excess = (history[:, asked] - expected) ** 2 - expected * (1 - rate)[:, None]
    weight = (expected**2).sum(axis=1)
    freedom = (asked.sum() - 1) * weight.sum() ** 2 / max(float((weight**2).sum()), 1e-12)
    wandering = max(0.0, float(excess.sum() / max(weight.sum(), 1e-12))) * asked.sum() / (asked.sum() - 1)
    wandering *= 1 + _CAUTION * np.sqrt(2 / max(freedom, 1.0))  # it is itself an estimate, from few causes and waves
    mean = now * rate
    variance = mean + now * mean / total + mean**2 * wandering * (1 + 1 / asked.sum())
    size = mean**2 / np.maximum(variance - mean, 1e-12)
    outstanding = nbinom.sf(last - 1, size, size / (size + np.maximum(mean, 1e-12)))
    p_value = np.where(before > 0, np.maximum(p_value, outstanding), p_value)
    order = np.argsort(p_value, kind="stable")
    stepped = np.maximum.accumulate(p_value[order] * np.arange(len(order), 0, -1))
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(stepped, 1)
    return corrected
