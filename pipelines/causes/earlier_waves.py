"""What earlier waves say of the effects of causes: the prior of the model of a wave.

Effects change slowly. Before its first wave nothing is known of an effect (`EffectPrior.weak`). Each wave's estimate is
the prior of the next one's, with more variance, since effects differ between waves (a random walk; the Kalman filter):

    β_w ~ N(estimate of β_{w-1}, its covariance + BETWEEN_WAVES_SD²)

and so are the departures from proportionality, jointly with the effects, with less variance between waves. So the
waves before count, each the less the longer ago. How often a cause is named is that of the wave alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

import numpy as np

from pipelines.causes.analysis import Analysis
from pipelines.causes.model_columns import KINDS, ModelColumns
from pipelines.impact.design import aggregated, design_matrix, prior_of
from pipelines.impact.effect_prior import EffectPrior
from pipelines.impact.score_model import fit
from pipelines.tabulate.survey_data import SurveyData
from saywhy.report import ALL_WAVES

#: Standard deviation of an effect between successive waves, in logits.
BETWEEN_WAVES_SD = 0.35

#: The same of a departure from proportionality: it is a property of the cause, and changes less.
DEPARTURE_BETWEEN_WAVES_SD = 0.1

#: The prior of the columns of `ModelColumns.both`, by kind.
EarlierEffects = Mapping[str, EffectPrior]


def earlier_effects(data: SurveyData) -> Iterator[EarlierEffects | None]:
    """What is known before each wave, in their order; None before the first one with scored comments.

    Not for surveys that promised anonymity: the numbers of a wave would depend on answers of others.
    """
    known: dict[str, EffectPrior] = {}
    for wave in data.waves:
        yield dict(known) or None
        if wave == data.waves[-1]:
            return
        analysis = Analysis.of(data, data.responses_of(wave))
        if analysis.is_scored:
            known = {kind: _after(analysis, kind, known.get(kind)) for kind in KINDS}


def before_wave(data: SurveyData, wave: str) -> EarlierEffects | None:
    """What is known before one wave; None for all waves together."""
    return None if wave == ALL_WAVES else next(islice(earlier_effects(data), data.waves.index(wave), None))


def _after(analysis: Analysis, kind: str, before: EffectPrior | None) -> EffectPrior:
    """The prior of the next wave. Of a column that nobody names it is what was known before, with more variance."""
    named, controls = ModelColumns.of(analysis, kind).both(), analysis.controls()
    causes = named.shape[1]
    design, counts, _ = aggregated(design_matrix(named, controls), analysis.scores)
    model = fit(design, counts, prior_of(causes, controls, before))
    return later(model.effects(causes))


def later(estimate: EffectPrior) -> EffectPrior:
    """What the estimate of a wave says of the next one."""
    variances = np.square([BETWEEN_WAVES_SD, DEPARTURE_BETWEEN_WAVES_SD, DEPARTURE_BETWEEN_WAVES_SD])
    more = np.diag(np.repeat(variances, estimate.mean.shape[1])).reshape(estimate.covariance.shape)
    return replace(estimate, covariance=estimate.covariance + more)
