"""What the NPS would be if a cause, or several together, were named less often."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.causes.analysis import Analysis
from pipelines.causes.earlier_waves import EarlierEffects
from pipelines.causes.model_columns import ModelColumns
from pipelines.impact.scenario import Projection, project
from pipelines.tabulate.survey_data import Cause
from saywhy.errors import InvalidInput, NothingToAnalyse
from saywhy.issue import CauseKey, Issue
from saywhy.scenario import Scenario

#: Half as often, and by nobody.
SHARES = (0.5, 1.0)

#: How many of the costliest complaints a report has scenarios for: each alone, and all together.
REPORTED = 3


def reported_scenarios(
    analysis: Analysis, issues: Sequence[Issue], earlier: EarlierEffects | None = None
) -> tuple[Scenario, ...]:
    """Scenarios of the first significant complaints that are no part of one another: each alone, then all together."""
    if not analysis.is_scored:
        return ()
    first: list[Issue] = []
    for issue in issues:
        if issue.significant and all(issue.theme != other.theme for other in first):
            first.append(issue)
    sets = [[issue.key] for issue in first[:REPORTED]]
    if len(sets) > 1:
        sets.append([key for [key] in sets])
    return scenarios(analysis, sets, earlier=earlier) if sets else ()


def scenarios(
    analysis: Analysis,
    sets: Sequence[Sequence[CauseKey]],
    shares: Sequence[float] = SHARES,
    earlier: EarlierEffects | None = None,
) -> tuple[Scenario, ...]:
    """For each set of complaints and each share, set by set, the NPS if that share of them were not named.

    Raises what `projections` raises.
    """
    cases = [(keys, share) for keys in sets for share in shares]
    return tuple(
        Scenario(tuple(map(str, keys)), share, projection.responses, projection.gain, projection.nps)
        for (keys, share), projection in zip(cases, projections(analysis, sets, shares, earlier), strict=True)
    )


def projections(
    analysis: Analysis,
    sets: Sequence[Sequence[CauseKey]],
    shares: Sequence[float],
    earlier: EarlierEffects | None = None,
) -> list[Projection]:
    """For each set of complaints and each share, set by set, what it would bring if that share were not named.

    Sets of themes are measured in the model of the themes; where a set has a topic, all are in the model of the topics
    and rests, in which a theme is all its topics and its rest. `earlier` is what earlier waves say of the effects.
    Raises `InvalidInput` for an empty set or for a cause
    that no analysed response names, and `NothingToAnalyse` if no response has a score and a comment.
    """
    if not analysis.is_scored:
        raise NothingToAnalyse("no response has a score from 0 to 10 and a comment")
    data = analysis.data
    kind = "topic" if any(key.kind == "topic" for keys in sets for key in keys) else "theme"
    columns = ModelColumns.of(analysis, kind)
    named = columns.both()
    used = np.flatnonzero(named.astype(np.int64).sum(axis=0))
    owners = [data.causes[index] for index in (*columns.causes.tolist(), *columns.rests.tolist())]
    without_cause = analysis.mask & data.scored & ~analysis.base
    return project(
        analysis.scores,
        named[:, used],
        [np.searchsorted(used, _columns(owners, keys, used[used < len(owners)])) for keys in sets],
        fewer=shares,
        controls=analysis.controls(),
        others=data.score[without_cause],
        customer=np.concatenate([analysis.customer, data.account[without_cause]]),
        prior=earlier[kind].of(used) if earlier else None,
    )


def _columns(owners: Sequence[Cause], keys: Sequence[CauseKey], used: NDArray[np.intp]) -> NDArray[np.intp]:
    """The used columns of a set of causes; those of a theme include the columns of its topics."""
    of_set: set[int] = set()
    for key in keys:
        of_cause = {
            column
            for column in used.tolist()
            if owners[column].key == key or (key.kind == "theme" and owners[column].theme == key.id)
        }
        if not of_cause:
            raise InvalidInput(f"no response of this report complains of {key}")
        of_set |= of_cause
    if not of_set:
        raise InvalidInput("name at least one cause")
    return np.array(sorted(of_set), dtype=np.intp)
