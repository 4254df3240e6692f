"""Scenarios: what the NPS would be if causes that a person picks together were named less often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.causes.analysis import Analysis
from pipelines.causes.earlier_waves import EarlierEffects, before_wave
from pipelines.causes.scenarios import SHARES, scenarios
from pipelines.report.effort import find_cause
from saywhy.code_frame import CodeFrame
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES, Report
from saywhy.scenario import Scenario
from saywhy.store import Engine
from service.anonymity import Withheld, refuse
from service.reports.reading import latest_report
from service.survey import load_survey
from service.workspaces import reading


def what_if(
    engine: Engine,
    workspace: str,
    code_frame: CodeFrame,
    causes: Sequence[str],
    wave: str = ALL_WAVES,
    *,
    shares: Sequence[float] = SHARES,
) -> tuple[Scenario, ...]:
    """The NPS if these causes together were named less often, on the responses as they are now: a scenario for each of
    `shares`, of which 0.5 stands for half as often and 1 for nobody.

    A cause is named as in `pipelines.report.effort`. Raises `WorkspaceNotFound`, `WaveNotFound`, `NotFound` and
    `InvalidInput`, and `Conflict` for an anonymous workspace: by scenarios of sets the answers of single people could
    be computed.
    """
    return read_scenario_base(engine, workspace, code_frame, wave).scenarios(causes, shares)


@dataclass(frozen=True, slots=True)
class ScenarioBase:
    """What scenarios of any causes are computed from: reading it takes longer than computing one."""

    report: Report
    analysis: Analysis
    earlier: EarlierEffects | None

    def scenarios(self, causes: Sequence[str], shares: Sequence[float] = SHARES) -> tuple[Scenario, ...]:
        """The NPS if these causes together were named less often. Raises `NotFound` and `InvalidInput`."""
        keys = list(dict.fromkeys(CauseKey.parse(find_cause(self.report, cause)) for cause in causes))
        return scenarios(self.analysis, [keys], shares, self.earlier)


def read_scenario_base(
    engine: Engine, workspace: str, code_frame: CodeFrame, wave: str = ALL_WAVES, *, as_analysed: bool = False
) -> ScenarioBase:
    """The responses of a wave, or of all, as they are now, or `as_analysed` (`service.survey`).

    Raises what `what_if` raises, but nothing of causes.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.SCENARIOS)
        report = latest_report(connection, workspace_id, wave)
        data = load_survey(connection, workspace_id, report.model, code_frame, as_analysed=as_analysed)
    return ScenarioBase(report, Analysis.of(data, data.responses_of(wave)), before_wave(data, wave))
