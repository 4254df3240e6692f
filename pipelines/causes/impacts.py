"""What every theme and topic costs or adds, in one ranking."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from pipelines.causes.analysis import SIDES, Analysis
from pipelines.causes.earlier_waves import EarlierEffects
from pipelines.causes.model_columns import KINDS, ModelColumns, without_opposite
from pipelines.impact.estimates import measure, ranked
from saywhy.annotation import Polarity
from saywhy.estimate import Impact


@dataclass(slots=True)
class CauseImpacts:
    """The impacts of one ranking, in order, and those of what is in a theme but in none of its topics."""

    ranking: list[Impact] = field(default_factory=list)  # the keys are indices of `SurveyData.causes`
    rests: dict[int, Impact] = field(default_factory=dict)  # by the index of the theme


def impacts(analysis: Analysis, earlier: EarlierEffects | None = None) -> dict[Polarity, CauseImpacts]:
    """Themes and topics in one ranking, blamed ones and praised ones.

    All counts are of responses with a score on the 0-10 scale and an annotated comment (`Analysis.base`): who wrote no
    comment could not name a cause, and as part of the reference group would bias every effect. The points are those of
    the NPS of all scored responses. Themes are measured in one model; topics in another, together with the mentions of
    their themes that are in no topic, because a topic is a part of its theme. `earlier` is what earlier waves say of
    the effects (`pipelines.causes.earlier_waves`). Where no response has such a score, causes are ordered by mentions
    and the interval of the impact is the whole possible range.
    """
    if not analysis.is_scored:
        causes, named = analysis.data.causes, analysis.named
        return {side: CauseImpacts(_by_mentions(without_opposite(causes, named[side], side))) for side in SIDES}
    scores, controls = analysis.scores, analysis.controls()
    impacts_of = {side: CauseImpacts() for side in SIDES}
    for kind in KINDS:
        columns = ModelColumns.of(analysis, kind)
        if not any(side[:, : len(columns.causes)].nnz for side in columns.named):
            continue
        rest_of = {f"rest:{theme}": theme for theme in columns.rests.tolist()}
        keys = [*map(str, columns.causes.tolist()), *rest_of]
        measured = measure(
            scores,
            *columns.named,
            keys,
            keys,
            controls=controls,
            responses=analysis.responses,
            customer=analysis.customer,
            prior=earlier[kind] if earlier else None,
        )
        for side, ranking in zip(SIDES, measured, strict=True):
            impacts_of[side].ranking += [impact for impact in ranking if impact.key not in rest_of]
            impacts_of[side].rests |= {rest_of[rest.key]: rest for rest in ranking if rest.key in rest_of}
    for of_side in impacts_of.values():
        of_side.ranking = ranked(of_side.ranking)
    return impacts_of


def _by_mentions(named: sparse.csr_array) -> list[Impact]:
    """Without scores: most mentions first, with an impact of 0 and the whole possible range as its interval."""
    mentions = named.astype(np.int64).sum(axis=0).tolist()
    unmeasured = [Impact(str(cause), 0.0, -100.0, 100.0, count, 0, 0) for cause, count in enumerate(mentions) if count]
    return sorted(unmeasured, key=lambda impact: -impact.mentions)
