"""Scenarios: what the NPS would be if causes that a person picks together were named less often."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.causes.analysis import Analysis
from pipelines.causes.earlier_waves import before_wave
from pipelines.causes.scenarios import SHARES, scenarios
from pipelines.report.effort import find_cause
from saywhy.code_frame import CodeFrame
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES
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
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.SCENARIOS)
        report = latest_report(connection, workspace_id, wave)
        keys = list(dict.fromkeys(CauseKey.parse(find_cause(report, cause)) for cause in causes))
        data = load_survey(connection, workspace_id, report.model, code_frame)
    return scenarios(Analysis.of(data, data.responses_of(wave)), [keys], shares, before_wave(data, wave))
