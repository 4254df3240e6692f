"""Efforts: the days that fixing a cause takes, weighed against the NPS points that it costs."""

from __future__ import annotations

from pipelines.report.effort import find_cause, parse_effort, with_efforts
from saywhy import store
from saywhy.handling import HandlingField
from saywhy.report import ALL_WAVES, Report
from saywhy.store import Engine
from service.cause_changes import keep_change
from service.reports.reading import latest_report
from service.workspaces import writing


def set_effort(
    engine: Engine, workspace: str, name: str, effort: str, *, by: str, undoes: int | None = None
) -> tuple[str, Report]:
    """Set the effort of a cause and reweigh the latest report of every wave.

    `name` and `effort` are as in `pipelines.report.effort`; `by` is who sets it, and `undoes` the change that this
    takes back. Returns the cause's key (`kind:id`) and the report on all waves. Raises `NotFound` and `InvalidInput`.
    """
    effort_days = parse_effort(effort)
    with writing(engine, workspace) as (connection, workspace_id):
        cause = find_cause(latest_report(connection, workspace_id, ALL_WAVES), name)
        before = store.efforts.load(connection, workspace_id).get(cause)
        store.efforts.put(connection, workspace_id, cause, effort_days)
        values = (None if days is None else {"days": days} for days in (before, effort_days))
        keep_change(connection, workspace_id, cause, HandlingField.EFFORT, *values, by=by, undoes=undoes)
        efforts = store.efforts.load(connection, workspace_id)
        for wave in store.reports.waves(connection, workspace_id):
            report = latest_report(connection, workspace_id, wave)
            store.reports.amend(connection, workspace_id, with_efforts(report, efforts))
        return cause, latest_report(connection, workspace_id, ALL_WAVES)
