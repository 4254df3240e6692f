"""Completes the rows of the ranking: adds to each impact where the cause is named, whether it is new, what is at stake,
and quotes.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from scipy import sparse

from pipelines.causes.analysis import Analysis
from pipelines.causes.co_named import co_named
from pipelines.causes.impacts import CauseImpacts
from pipelines.causes.novelty import is_new
from pipelines.causes.quotes import quotes, witnesses
from pipelines.causes.segment_rates import SegmentComparison, concentrated_in, elevated_segments
from pipelines.causes.value_at_stake import value_at_stake
from pipelines.causes.waves import counts_by_group, mentions_by_wave
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.estimate import Estimate, Impact
from saywhy.issue import CauseKey, Issue

#: The fields that an issue takes from the impact of its cause.
_IMPACT_FIELDS = {field.name for field in fields(Impact)} & {field.name for field in fields(Issue)}


def rank_causes(analysis: Analysis, latest: int, polarity: Polarity, impact_of: CauseImpacts) -> tuple[Issue, ...]:
    """The rows of the ranking of blamed causes (NEGATIVE) or praised ones (POSITIVE), from its impacts (`impacts`).

    `latest` is the index of the wave in which a cause can be new.
    """
    data, named = analysis.data, analysis.named[polarity]
    comparison = SegmentComparison.of(named, analysis.segmented)
    concentrated = concentrated_in(comparison, analysis.segments)
    segment_rates = elevated_segments(comparison, analysis.segments)
    languages = _languages(analysis, named)
    # All waves, whichever is analysed; a report without scores counts all comments.
    by_wave = mentions_by_wave(data, polarity, data.annotated & data.scored if analysis.is_scored else data.annotated)
    new = is_new(*by_wave.of(range(latest + 1)))
    stakes = value_at_stake(analysis, polarity) if analysis.is_scored else None
    witness = witnesses(data, analysis.mask & data.annotated, polarity)
    shared = co_named(analysis, polarity)
    with_parts = {data.causes[int(impact.key)].theme for impact in impact_of.ranking if _is_topic(data, impact)}
    issues, quoted = [], set[int]()
    for rank, impact in enumerate(impact_of.ranking, 1):
        index = int(impact.key)
        cause = data.causes[index]
        stake = stakes[index] if stakes else None
        issues.append(
            Issue(
                rank=rank,
                kind=cause.kind,
                id=cause.id,
                label=cause.label,
                labels=dict(cause.labels),
                theme=cause.theme,
                keywords=cause.keywords,
                topic=cause.state,
                definition=cause.definition,
                languages=languages[index],
                waves=tuple(zip(data.waves, by_wave.mentions[index].tolist(), strict=True)),
                is_new=bool(new[index]),
                concentrated_in=concentrated[index],
                segments=segment_rates[index],
                stake=stake,
                revenue_at_risk=stake.revenue if stake and polarity is Polarity.NEGATIVE else None,
                quotes=quotes(data, index, polarity, witness, quoted),
                parent=str(CauseKey("theme", cause.theme)) if cause.kind == "topic" else None,
                rest=impact_of.rests.get(index) if cause.id in with_parts else None,
                among_commenters=_among_commenters(analysis, impact) if analysis.is_scored else None,
                co_named=shared[index],
                **{name: getattr(impact, name) for name in _IMPACT_FIELDS},
            )
        )
    return tuple(issues)


def _is_topic(data: SurveyData, impact: Impact) -> bool:
    return data.causes[int(impact.key)].kind == "topic"


def _among_commenters(analysis: Analysis, impact: Impact) -> Estimate:
    """The same points, of the NPS of the responses on which they were measured."""
    factor = analysis.responses / int(analysis.base.sum())
    return Estimate(factor * impact.impact, factor * impact.low, factor * impact.high)


def _languages(analysis: Analysis, named: sparse.csr_array) -> list[tuple[str, ...]]:
    """For each of K causes the languages of the comments that name it, the most frequent first."""
    data = analysis.data
    language_of_comment = [comment.language or "und" for comment in data.comments]
    names = sorted(set(language_of_comment))
    index = {name: code for code, name in enumerate(names)}
    codes = np.array([index[name] for name in language_of_comment], dtype=np.int32)
    counts = counts_by_group(named, codes[data.comment[analysis.base]], len(names))
    order = np.argsort(-counts, axis=1, kind="stable")
    return [
        tuple(names[code] for code in codes_of_cause if counts[cause, code])
        for cause, codes_of_cause in enumerate(order.tolist())
    ]
