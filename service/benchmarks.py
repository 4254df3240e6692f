"""Benchmarks: a report beside another wave, a segment, or the published report of another workspace."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.benchmark.comparison import compare
from pipelines.benchmark.profile import Profile
from pipelines.report.staff_names import hide_staff_names
from pipelines.tabulate.survey_data import SurveyData
from saywhy import store
from saywhy.benchmark import Against, Benchmark
from saywhy.code_frame import CodeFrame
from saywhy.errors import InvalidInput, NotFound, WaveNotFound, WorkspaceNotFound
from saywhy.feedback import Segment
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES, Report
from saywhy.store import Connection, Engine
from service.anonymity import Withheld, refuse
from service.not_found import listed, no_such_segment
from service.reports.reading import latest_report
from service.survey import load_survey
from service.workspaces import reading


def read_report_against(
    engine: Engine,
    workspace: str,
    code_frame: CodeFrame,
    against: Against,
    wave: str = ALL_WAVES,
    *,
    workspaces: Collection[str] | None = None,
    show_staff_names: bool = False,
) -> Report:
    """The latest report on a wave, or on all waves (`all`), with a benchmark. Names of employees as in `read_report`.

    Two waves, and two workspaces, are compared by their latest reports as they are stored. What is part of the report
    (a segment, or a wave of all) is compared with the rest of it, on the responses as they are now. Of other workspaces
    only the published report is read, and only of those in `workspaces` (None: of all).

    Raises `WorkspaceNotFound`, `WaveNotFound`, `NotFound` for a segment, `InvalidInput` if there is nothing else to
    compare with, and `Conflict` for a part of an anonymous report, of which no report is published.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        report = latest_report(connection, workspace_id, wave)
        survey = _Survey(connection, workspace, workspace_id, code_frame, report)
        if against.kind == "segment":
            benchmark = survey.against_segment(against)
        elif against.kind == "wave":
            benchmark = survey.against_wave(against)
        else:
            benchmark = survey.against_workspace(against, workspaces)
    return replace(report if show_staff_names else hide_staff_names(report), benchmark=benchmark)


@dataclass(frozen=True, slots=True)
class _Survey:
    """A workspace, in a transaction, with the report that is compared."""

    connection: Connection
    workspace: str
    workspace_id: int
    code_frame: CodeFrame
    report: Report

    def against_wave(self, against: Against) -> Benchmark:
        waves = (self.report.wave, against.name)
        if waves[0] == waves[1]:
            raise InvalidInput(f"the report on wave {against.name!r} cannot be compared with itself")
        reference = latest_report(self.connection, self.workspace_id, against.name)
        if ALL_WAVES not in waves:
            return compare(against, self._published(self.report), self._published(reference))
        data = self._responses()
        is_part_asked_for = waves[0] == ALL_WAVES
        name = waves[1] if is_part_asked_for else waves[0]
        of_part, of_rest = self._part_and_rest(data, name, data.responses_of(name), ALL_WAVES)
        return compare(against, of_rest, of_part) if is_part_asked_for else compare(against, of_part, of_rest)

    def against_segment(self, against: Against) -> Benchmark:
        segment = Segment.parse(against.name)
        data = self._responses()
        if segment not in data.segments:
            raise no_such_segment(segment, data.segments)
        inside = data.segmented[:, [data.segments.index(segment)]].toarray().ravel()
        of_part, of_rest = self._part_and_rest(data, str(segment), inside, self.report.wave)
        return compare(against, of_rest, of_part)

    def against_workspace(self, against: Against, readable: Collection[str] | None) -> Benchmark:
        workspaces = store.workspaces.names(self.connection)
        known = [name for name in workspaces if readable is None or name in readable]
        # Names of workspaces and of waves may contain slashes: the longest name of a workspace is meant.
        name = max((name for name in known if f"{against.name}/".startswith(f"{name}/")), key=len, default=None)
        if name is None:
            raise WorkspaceNotFound(
                f"there is no workspace {against.name!r} to compare with; there are: {listed(known) or 'none'}"
            )
        wave = against.name[len(name) + 1 :] or self.report.wave
        if name == self.workspace:
            return self.against_wave(Against("wave", wave))
        other_id = store.workspaces.find(self.connection, name)
        try:
            reference, survey = (latest_report(self.connection, other_id, each) for each in (wave, ALL_WAVES))
        except WaveNotFound as error:
            raise WaveNotFound(f"workspace {name!r}: {error.detail}") from None
        is_anonymous = store.workspaces.is_anonymous(self.connection, other_id)
        return compare(
            Against("workspace", name, wave),
            self._published(self.report),
            Profile.of_report(reference, survey, name, is_anonymous=is_anonymous),
            _common_causes(self.code_frame),
        )

    def _published(self, report: Report) -> Profile:
        survey = latest_report(self.connection, self.workspace_id, ALL_WAVES)
        is_anonymous = store.workspaces.is_anonymous(self.connection, self.workspace_id)
        return Profile.of_report(report, survey, report.wave, is_anonymous=is_anonymous)

    def _responses(self) -> SurveyData:
        refuse(self.connection, self.workspace_id, Withheld.BENCHMARKS_OF_PARTS)
        return load_survey(self.connection, self.workspace_id, self.report.model, self.code_frame)

    def _part_and_rest(
        self, data: SurveyData, name: str, inside: NDArray[np.bool_], wave: str
    ) -> tuple[Profile, Profile]:
        """The profiles of the responses of a wave, or of all, that are `inside`, (N,), the part of that name, and of
        the others. Raises `NotFound` and `InvalidInput` if there are none of either.
        """
        whole = data.responses_of(wave)
        part, rest = whole & inside, whole & ~inside
        if not part.any():
            raise NotFound(f"no response of wave {wave!r} is in {name!r}")
        if not rest.any():
            raise InvalidInput(f"all responses of wave {wave!r} are in {name!r}: there are no others to compare with")
        model = self.report.model
        return (
            Profile.of_responses(data, part, model, name),
            Profile.of_responses(data, rest, model, wave, without=name),
        )


def _common_causes(code_frame: CodeFrame) -> set[CauseKey]:
    """The causes that mean the same in every workspace: the themes of the code frame, and the causes of its library."""
    themes = {CauseKey("theme", theme) for theme in code_frame.ids}
    return themes | {CauseKey("topic", cause.id) for cause in code_frame.causes}
