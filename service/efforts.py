"""Efforts: what it takes to fix a cause, kept and weighed against its points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saywhy import store

if TYPE_CHECKING:
    from saywhy.report import Report
    from saywhy.store import Engine


def set_effort(engine: Engine, workspace: str, name: str, effort: str) -> tuple[str, Report]:
    """Say what it takes to mend a cause, and weigh it on all reports there are: the cause meant, and the report on all.

    `name` and `effort` are as in `pipelines.report.effort`. Raises `NotFound` and `InvalidInput`.
    """
    from pipelines.report.effort import cause_of, days, weigh
    from saywhy.report import ALL_WAVES

    found = days(effort)
    with engine.begin() as connection:
        place = store.workspaces.find(connection, workspace)
        cause = cause_of(store.reports.latest(connection, place, ALL_WAVES), name)
        store.efforts.put(connection, place, cause, found)
        efforts = store.efforts.load(connection, place)
        for wave in store.reports.waves(connection, place):
            store.reports.amend(connection, place, weigh(store.reports.latest(connection, place, wave), efforts))
        return cause, store.reports.latest(connection, place, ALL_WAVES)
