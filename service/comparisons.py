"""Comparisons: the NPS of two waves or two segments, and what each theme contributed to their difference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.causes.analysis import Analysis
from pipelines.causes.heat_map import heat_map
from pipelines.change.decomposition import change_since, difference
from pipelines.impact.nps import nps_of
from pipelines.tabulate.survey_data import SurveyData
from saywhy.code_frame import CodeFrame
from saywhy.contrast import Contrast
from saywhy.errors import InvalidInput, NothingToAnalyse, WaveNotFound
from saywhy.feedback import Segment
from saywhy.heat_map import HeatMap
from saywhy.report import ALL_WAVES, Change, GroupNps
from saywhy.store import Engine
from service.anonymity import Withheld, refuse
from service.not_found import listed, no_such_segment
from service.reports.reading import latest_report
from service.survey import load_survey
from service.workspaces import reading


def compare_waves(engine: Engine, workspace: str, code_frame: CodeFrame, before: str, after: str) -> Contrast:
    """One wave against another, on the responses as they are now. Of an anonymous workspace, only the change that its
    reports have published is there, which is that of a wave against the one before.

    Raises `WorkspaceNotFound`, `WaveNotFound`, `InvalidInput` for a wave with itself, `Conflict` for waves of an
    anonymous workspace of which no change is published, and `NothingToAnalyse` where a wave has no score.
    """
    if before == after:
        raise InvalidInput(f"wave {before!r} cannot be compared with itself")
    with reading(engine, workspace) as (connection, workspace_id):
        report = latest_report(connection, workspace_id, ALL_WAVES)
        waves = {group.name: group for group in report.waves}
        for wave in (before, after):
            if wave not in waves:
                raise WaveNotFound(f"no wave {wave!r} with scores; there are: {listed(waves) or 'none'}")
        published = latest_report(connection, workspace_id, after).change
        if published is not None and published.before == before:
            return Contrast(waves[before], waves[after], published)
        refuse(connection, workspace_id, Withheld.COMPARISONS)
        data = load_survey(connection, workspace_id, report.model, code_frame)
    groups = [data.responses_of(wave) for wave in (before, after)]  # all of a wave may have been erased meanwhile
    change = change_since(data, data.waves.index(before), data.waves.index(after))
    return _contrast(data, groups, change, (before, after))


def compare_segments(
    engine: Engine, workspace: str, code_frame: CodeFrame, before: Segment, after: Segment, wave: str = ALL_WAVES
) -> Contrast:
    """One segment against another of the same dimension, in a wave or in all, on the responses as they are now.

    Who is in both is in neither. Raises `WorkspaceNotFound`, `WaveNotFound`, `NotFound` for a segment, `InvalidInput`
    for segments that are not two of one dimension, `Conflict` for an anonymous workspace, and `NothingToAnalyse` where
    a segment has no score.
    """
    if before == after or before.dimension != after.dimension:
        raise InvalidInput(f"{before} and {after} cannot be compared: choose two values of one dimension")
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.COMPARISONS)
        report = latest_report(connection, workspace_id, wave)
        data = load_survey(connection, workspace_id, report.model, code_frame)
    for segment in (before, after):
        if segment not in data.segments:
            raise no_such_segment(segment, data.segments)
    columns = [data.segments.index(segment) for segment in (before, after)]
    names = str(before), str(after)
    first, second = data.segmented[:, columns].toarray().T & data.responses_of(wave)
    groups = [first & ~second, second & ~first]
    return _contrast(data, groups, difference(data, groups[0], groups[1], names), names)


def read_heat_map(
    engine: Engine, workspace: str, code_frame: CodeFrame, wave: str = ALL_WAVES, *, as_analysed: bool = False
) -> HeatMap:
    """How often each complaint is named in each segment, compared with elsewhere, on the responses as they are now, or
    `as_analysed` (`service.survey`).

    Raises `WorkspaceNotFound`, `WaveNotFound`, and `Conflict` for an anonymous workspace.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.SEGMENT_RATES)
        report = latest_report(connection, workspace_id, wave)
        data = load_survey(connection, workspace_id, report.model, code_frame, as_analysed=as_analysed)
    return heat_map(Analysis.of(data, data.responses_of(wave)), wave)


def _contrast(
    data: SurveyData, groups: Sequence[NDArray[np.bool_]], change: Change | None, names: tuple[str, str]
) -> Contrast:
    scored = [mask & data.scored for mask in groups]
    before, after = (nps_of(data.points[mask], data.account[mask]) for mask in scored)
    if before is None or after is None or change is None:
        raise NothingToAnalyse(f"{' and '.join(names)} cannot be compared: one of them has no score on the 0-10 scale")
    return Contrast(GroupNps(names[0], before), GroupNps(names[1], after), change)
