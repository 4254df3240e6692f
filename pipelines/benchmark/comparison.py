"""Compares two groups of responses that share none: their NPS, and every cause of the ranking, by rate and points."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.benchmark.caveats import caveats
from pipelines.benchmark.profile import CauseProfile, Profile, Side
from pipelines.impact.differences import points_difference, rate_difference
from pipelines.impact.estimates import FEW_MENTIONS
from pipelines.impact.mention_counts import MentionCounts
from pipelines.impact.multiple_testing import FALSE_DISCOVERY_RATE, MIN_MENTIONS, q_values
from pipelines.impact.nps import nps_change
from saywhy.benchmark import Against, Benchmark, CauseComparison, ComparedGroup, Comparison
from saywhy.issue import CauseKey
from saywhy.report import MIN_CLAIM


@dataclass(frozen=True, slots=True)
class _Tested:
    """A comparison before the correction; `p_value` is None where nothing can be claimed."""

    comparison: Comparison
    p_value: float | None


def compare(
    against: Against, group: Profile, reference: Profile, common: Collection[CauseKey] | None = None
) -> Benchmark:
    """The numbers of the group beside those of the reference, with which it shares no response.

    `common` are the causes that mean the same in both: those of the code frame where they are of two workspaces, None
    where all do. A cause that one of both does not list is named there by nobody, if that is certain (`_counterpart`);
    else it has no numbers, and a note says why.

    q-values are over the rates and the points of all causes of both rankings (Benjamini and Hochberg). Nothing is
    claimed of rates of causes that fewer than `MIN_MENTIONS` responses name in both groups together, of groups of fewer
    than `MIN_CLAIM` responses with a comment, and of groups whose comments different model versions read.
    """
    sides = [*group.causes, *(side for side in reference.causes if side not in group.causes)]
    pairs = {
        side: (_counterpart(group, reference, side, common), _counterpart(reference, group, side, common))
        for side in sides
    }
    may_claim = group.model == reference.model and _smallest(group, reference) >= MIN_CLAIM
    tested = {
        side: (_compared_rates(pair, group, reference, may_claim), _compared_points(pair, may_claim))
        for side, pair in pairs.items()
    }
    corrected = iter(_corrected([entry for entries in tested.values() for entry in entries]))
    rows = [
        CauseComparison(side[0].value, side[1].kind, side[1].id, _label(side, group, reference), rate, points)
        for side, rate, points in zip(sides, corrected, corrected, strict=True)
    ]
    return Benchmark(
        against=against,
        group=_group(group),
        reference=_group(reference),
        nps=_compared_nps(group, reference),
        causes=tuple(row for row, side in zip(rows, sides, strict=True) if side in group.causes or row.rate),
        notes=caveats(group, reference, rows, {side[1] for side in sides if None in pairs[side]}, common),
    )


def _counterpart(
    profile: Profile, other: Profile, side: Side, common: Collection[CauseKey] | None
) -> CauseProfile | None:
    """The cause in one of the groups; None if that group has no such cause, or does not say whether it is named.

    A report lists every theme that somebody names, and every topic that is ranked in its survey and that somebody
    names. So nobody names what is not listed, unless the group hides small numbers or another model version read it.
    """
    _, key = side
    if common is not None and key not in common:
        return None
    if side in profile.causes:
        return profile.causes[side]
    is_complete = not profile.hides_small_groups and profile.model == other.model
    is_unnamed = is_complete and (key.kind == "theme" or key in profile.ranked_in_survey)
    return CauseProfile(other.causes[side].label, 0, None) if is_unnamed else None


def _compared_rates(
    pair: tuple[CauseProfile | None, CauseProfile | None], group: Profile, reference: Profile, may_claim: bool
) -> _Tested | None:
    first, second = pair
    if first is None or second is None or not group.with_comment or not reference.with_comment:
        return None
    rate = MentionCounts(first.mentions, group.with_comment, group.design_effect)
    reference_rate = MentionCounts(second.mentions, reference.with_comment, reference.design_effect)
    difference, p_value = rate_difference(rate, reference_rate)
    is_tested = may_claim and first.mentions + second.mentions >= MIN_MENTIONS
    return _Tested(Comparison(rate.share, reference_rate.share, difference), p_value if is_tested else None)


def _compared_points(pair: tuple[CauseProfile | None, CauseProfile | None], may_claim: bool) -> _Tested | None:
    """Both impacts, and their difference where both rest on `FEW_MENTIONS` mentions.

    Impacts of fewer are closer to 0 than they should be, and their intervals too short: a small group would differ from
    a large one by its size alone (measured in docs/benchmarks.md).
    """
    first, second = pair
    if first is None or second is None or first.points is None or second.points is None:
        return None
    if min(first.mentions, second.mentions) < FEW_MENTIONS:
        return _Tested(Comparison(first.points.value, second.points.value, None), None)
    difference, p_value = points_difference(first.points, second.points)
    return _Tested(Comparison(first.points.value, second.points.value, difference), p_value if may_claim else None)


def _compared_nps(group: Profile, reference: Profile) -> Comparison | None:
    if group.nps is None or reference.nps is None:
        return None
    difference, p_value = nps_change(reference.nps, group.nps)
    compared = Comparison(group.nps.score, reference.nps.score, difference)
    if min(group.nps.n, reference.nps.n) < MIN_CLAIM:
        return compared
    return replace(compared, q_value=p_value, significant=p_value <= FALSE_DISCOVERY_RATE)


def _corrected(tested: Sequence[_Tested | None]) -> list[Comparison | None]:
    """The comparisons with their q-values, in the same order."""
    p_values = [entry.p_value for entry in tested if entry and entry.p_value is not None]
    q = iter(q_values(np.array(p_values)).tolist())

    def correct(entry: _Tested) -> Comparison:
        if entry.p_value is None:
            return entry.comparison
        q_value = next(q)
        return replace(entry.comparison, q_value=q_value, significant=q_value <= FALSE_DISCOVERY_RATE)

    return [None if entry is None else correct(entry) for entry in tested]


def _label(side: Side, group: Profile, reference: Profile) -> str:
    return (group.causes.get(side) or reference.causes[side]).label


def _smallest(group: Profile, reference: Profile) -> int:
    return min(group.with_comment or 0, reference.with_comment or 0)


def _group(profile: Profile) -> ComparedGroup:
    return ComparedGroup(profile.name, profile.without, profile.nps, profile.with_comment)
