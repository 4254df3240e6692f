"""What the feedback after a fix says: whether its cause is named less often, and how many points that recovered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
from numpy.typing import NDArray

from pipelines.causes.analysis import Analysis
from pipelines.causes.scenarios import projections
from pipelines.impact.customers import design_effects
from pipelines.impact.mention_counts import MentionCounts
from pipelines.impact.nps import MAX_CHANGE, Z95, bounded_estimate
from pipelines.impact.scenario import Projection
from pipelines.impact.target_rate import compare_with_target
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.errors import InvalidInput, NotFound, WaveNotFound
from saywhy.estimate import Estimate
from saywhy.fix import Fix, FixOutcome, FixState, MentionRate
from saywhy.report import ALL_WAVES, MIN_CLAIM

_ORDER = (FixState.REGRESSED, FixState.WATCHING, FixState.VERIFIED)


def fix_outcomes(data: SurveyData, wave: str, fixes: Iterable[Fix]) -> tuple[FixOutcome, ...]:
    """The outcomes for the report on a wave or on all: regressed fixes first, then undecided, then verified ones.

    The report on a wave is of the responses up to that wave, and has the fixes after which any of them was given.
    Fixes of causes and waves that are no longer there are left out.

    The rate of a cause is the share of the responses with a comment that complain of it; `compare_with_target` judges
    it. The recovered points are what the cause cost before the fix less what it costs after: by how much the NPS of all
    who scored in the period would be higher if nobody named it (`pipelines.impact.scenario`; a model for each period).
    The variance is the sum of both, as for independent groups; where customers answered before and after, the
    interval is wider than need be. With fewer than `MIN_CLAIM` scored comments in a period no points are stated.
    """
    causes = _complaints(data)
    by_start: dict[str, list[Fix]] = {}
    for fix in fixes:
        if fix.cause in causes and (fix.wave is None or fix.wave in data.waves):
            by_start.setdefault(fix.start, []).append(fix)
    outcomes = []
    for at_start in by_start.values():  # they share the models
        periods = _Periods.of(data, wave, at_start[0])
        if wave == ALL_WAVES or periods.after.any():
            outcomes += _outcomes(data, periods, at_start, [causes[fix.cause] for fix in at_start])
    return ordered(outcomes)


def ordered(outcomes: Iterable[FixOutcome]) -> tuple[FixOutcome, ...]:
    """Regressed fixes first, then undecided, then verified ones; in order of the cause."""
    return tuple(sorted(outcomes, key=lambda outcome: (_ORDER.index(outcome.state), outcome.cause)))


def check_fix(fix: Fix, data: SurveyData) -> None:
    """Raise `NotFound`, `WaveNotFound` or `InvalidInput` if the fix can be compared with nothing, now or later."""
    complaints = _complaints(data)
    if fix.cause not in complaints:
        raise NotFound(f"{fix.cause} is no longer there since the latest report; run `saywhy analyse` first")
    if fix.wave is not None and fix.wave not in data.waves:
        there = f"there are: {', '.join(data.waves)}" if data.waves else "no response has a wave, so give a date"
        raise WaveNotFound(f"there is no wave {fix.wave!r}; {there}")
    if fix.date is not None and np.isnan(data.answered_at).all():
        raise InvalidInput("no response has a date, so give the wave from which on the cause is fixed")
    if fix.target is not None:
        return
    index = complaints[fix.cause]
    before = _mentions(data, _Periods.of(data, ALL_WAVES, fix).before, [index])[index]
    if not before.responses:
        raise InvalidInput(
            f"no response with a comment is from before {fix.start}, so there is no rate to compare with; "
            "choose a later start or give a target rate"
        )
    if not before.mentions:
        raise InvalidInput(f"no response from before {fix.start} complains of {fix.cause}; give a target rate")


@dataclass(frozen=True, slots=True)
class _Periods:
    """The responses, (N,), before and after a fix, and those of which it is not known."""

    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    unknown: NDArray[np.bool_]

    @classmethod
    def of(cls, data: SurveyData, wave: str, fix: Fix) -> _Periods:
        """Of the responses up to a wave, or of all, without comments that no model has read yet."""
        known = ~data.answered | data.annotated
        if wave != ALL_WAVES:
            last = data.waves.index(wave) if wave in data.waves else -1
            known &= (data.wave >= 0) & (data.wave <= last)
        if fix.wave is not None:
            is_placed, is_after = data.wave >= 0, data.wave >= data.waves.index(fix.wave)
        else:
            assert fix.date is not None
            start = datetime.combine(fix.date, time.min, UTC).timestamp()
            is_placed, is_after = ~np.isnan(data.answered_at), data.answered_at >= start
        return cls(known & is_placed & ~is_after, known & is_after, known & ~is_placed)


def _complaints(data: SurveyData) -> dict[str, int]:
    """The index of each cause that people can complain of, by its key."""
    return {str(cause.key): index for index, cause in enumerate(data.causes) if cause.polarity != Polarity.POSITIVE}


def _outcomes(data: SurveyData, periods: _Periods, fixes: Sequence[Fix], causes: Sequence[int]) -> list[FixOutcome]:
    """The outcomes of fixes with the same start; `causes` are the indices of theirs."""
    before, after = (_Period.of(data, mask, causes) for mask in (periods.before, periods.after))
    unknown = int((periods.unknown & data.annotated).sum())
    outcomes = []
    for fix, index in zip(fixes, causes, strict=True):
        test = compare_with_target(before.mentions[index], after.mentions[index], fix.target)
        outcomes.append(
            FixOutcome(
                cause=fix.cause,
                label=data.causes[index].label,
                wave=fix.wave,
                date=fix.date.isoformat() if fix.date else None,
                state=test.state,
                target=test.target,
                above_target=test.above_target,
                needed=test.needed,
                before=_rate(before.mentions[index]),
                after=_rate(after.mentions[index]),
                unknown=unknown,
                recovered=_recovered(before, after, index),
                labels=dict(data.causes[index].labels),
            )
        )
    return outcomes


@dataclass(frozen=True, slots=True)
class _Period:
    """How often causes are named before or after a fix, and what they cost then, by index of the cause."""

    mentions: Mapping[int, MentionCounts]
    costs: Mapping[int, Projection]  # without causes that nobody names; empty from few responses
    base: int  # scored responses with a comment
    responses: int  # all scored responses

    @classmethod
    def of(cls, data: SurveyData, mask: NDArray[np.bool_], causes: Sequence[int]) -> _Period:
        analysis = Analysis.of(data, mask)
        base = int(analysis.base.sum()) if analysis.is_scored else 0
        costs = _costs(analysis, causes) if base >= MIN_CLAIM else {}
        return cls(_mentions(data, mask, causes), costs, base, analysis.responses)


def _mentions(data: SurveyData, mask: NDArray[np.bool_], causes: Sequence[int]) -> dict[int, MentionCounts]:
    """How many of these responses with a comment complain of each cause."""
    wrote = mask & data.annotated
    named = data.named(Polarity.NEGATIVE, wrote)[:, list(causes)].toarray().astype(np.float64)
    responses = len(named)
    if not responses:
        return dict.fromkeys(causes, MentionCounts(0, 0))
    deviation = named - named.mean(axis=0)
    effects = design_effects(data.account[wrote], deviation.__getitem__, len(causes)).tolist()
    mentions = named.sum(axis=0).astype(int).tolist()
    return {
        index: MentionCounts(count, responses, effect)
        for index, count, effect in zip(causes, mentions, effects, strict=True)
    }


def _costs(analysis: Analysis, causes: Sequence[int]) -> dict[int, Projection]:
    """What would be gained if nobody named each cause, in the model of its kind, as in the ranking."""
    mentions = analysis.named[Polarity.NEGATIVE].astype(np.int64).sum(axis=0)
    costs: dict[int, Projection] = {}
    for kind in ("theme", "topic"):
        keys = {index: cause.key for index in causes if (cause := analysis.data.causes[index]).kind == kind}
        named = [index for index in keys if mentions[index]]
        if named:
            costs |= zip(named, projections(analysis, [[keys[index]] for index in named], [1.0]), strict=True)
    return costs


def _rate(counts: MentionCounts) -> MentionRate:
    return MentionRate(counts.mentions, counts.responses, counts.rate())


def _recovered(before: _Period, after: _Period, index: int) -> Estimate | None:
    """The points recovered with a 95 % interval; None from few responses, and if nobody who scored named it before."""
    if index not in before.costs or after.base < MIN_CLAIM:
        return None
    cost = before.costs[index]
    if index in after.costs:
        points, variance = after.costs[index].gain.value, after.costs[index].gain_variance
    else:
        # Nobody names it, but somebody may: the rate has a posterior, and each mention may cost as much as before.
        mentioned, others = after.mentions[index].posterior()
        n = mentioned + others
        square_of_rate = mentioned * (mentioned + 1) / (n * (n + 1))
        per_mention = cost.gain.value * before.responses / cost.responses
        points, variance = 0.0, square_of_rate * (per_mention * after.base / after.responses) ** 2
    value = cost.gain.value - points
    return bounded_estimate(value, Z95 * float(np.sqrt(cost.gain_variance + variance)), MAX_CHANGE)
