"""What the NPS would be if a cause, or several together, were named less often."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.causes.analysis import SIDES, Analysis
from pipelines.causes.impacts import indices, theme_only, without_opposite
from pipelines.impact.scenario import Projection, project
from pipelines.tabulate.survey_data import Cause
from saywhy.annotation import Polarity
from saywhy.errors import InvalidInput, NothingToAnalyse
from saywhy.issue import CauseKey, Issue
from saywhy.scenario import Scenario

#: Half as often, and by nobody.
SHARES = (0.5, 1.0)

#: How many of the costliest complaints a report has scenarios for: each alone, and all together.
REPORTED = 3


def reported_scenarios(analysis: Analysis, issues: Sequence[Issue]) -> tuple[Scenario, ...]:
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
    return scenarios(analysis, sets) if sets else ()


def scenarios(
    analysis: Analysis, sets: Sequence[Sequence[CauseKey]], shares: Sequence[float] = SHARES
) -> tuple[Scenario, ...]:
    """For each set of complaints and each share, set by set, the NPS if that share of them were not named.

    Raises what `projections` raises.
    """
    cases = [(keys, share) for keys in sets for share in shares]
    return tuple(
        Scenario(tuple(map(str, keys)), share, projection.responses, projection.gain, projection.nps)
        for (keys, share), projection in zip(cases, projections(analysis, sets, shares), strict=True)
    )


def projections(analysis: Analysis, sets: Sequence[Sequence[CauseKey]], shares: Sequence[float]) -> list[Projection]:
    """For each set of complaints and each share, set by set, what it would bring if that share were not named.

    Sets of themes are measured in the model of the themes; where a set has a topic, all are in the model of the topics
    and rests, in which a theme is all its topics and its rest. Raises `InvalidInput` for an empty set or for a cause
    that no analysed response names, and `NothingToAnalyse` if no response has a score and a comment.
    """
    if not analysis.is_scored:
        raise NothingToAnalyse("no response has a score from 0 to 10 and a comment")
    data = analysis.data
    kind = "topic" if any(key.kind == "topic" for keys in sets for key in keys) else "theme"
    columns = indices(data.causes, kind)
    blocks, complaints = [], 0
    for polarity in SIDES:
        blocks.append(without_opposite(data.causes, analysis.named[polarity], polarity)[:, columns])
        if kind == "topic":
            blocks.append(theme_only(data.causes, analysis.named[polarity]))
        if polarity is Polarity.NEGATIVE:
            complaints = sum(block.shape[1] for block in blocks)
    named = sparse.csr_array(sparse.hstack(blocks, format="csr")).astype(bool)
    used = np.flatnonzero(named.astype(np.int64).sum(axis=0))
    theme_indices = indices(data.causes, "theme").tolist() if kind == "topic" else []
    owners = [*(data.causes[index] for index in columns.tolist()), *(data.causes[index] for index in theme_indices)]
    without_cause = analysis.mask & data.scored & ~analysis.base
    return project(
        data.points[analysis.base],
        named[:, used],
        [np.searchsorted(used, _columns(owners, keys, used[used < complaints])) for keys in sets],
        fewer=shares,
        controls=analysis.controls(),
        others=data.points[without_cause],
        customer=np.concatenate([analysis.customer, data.account[without_cause]]),
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
