"""Efforts: the days that fixing a cause takes, weighed against the NPS points that it costs."""

from __future__ import annotations

from pipelines.report.effort import find_cause, parse_effort, with_efforts
from saywhy import store
from saywhy.report import ALL_WAVES, Report
from saywhy.store import Engine
from service.reports.reading import latest_report
from service.workspaces import writing


def set_effort(engine: Engine, workspace: str, name: str, effort: str) -> tuple[str, Report]:
    """Set the effort of a cause and reweigh the latest report of every wave.

    `name` and `effort` are as in `pipelines.report.effort`. Returns the cause's key (`kind:id`) and the report on all
    waves. Raises `NotFound` and `InvalidInput`.
    """
    effort_days = parse_effort(effort)
    with writing(engine, workspace) as (connection, workspace_id):
        cause = find_cause(latest_report(connection, workspace_id, ALL_WAVES), name)
        store.efforts.put(connection, workspace_id, cause, effort_days)
        efforts = store.efforts.load(connection, workspace_id)
        for wave in store.reports.waves(connection, workspace_id):
            report = latest_report(connection, workspace_id, wave)
            store.reports.amend(connection, workspace_id, with_efforts(report, efforts))
        return cause, latest_report(connection, workspace_id, ALL_WAVES)
