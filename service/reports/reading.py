"""Reading reports: the latest one of each wave."""

from __future__ import annotations

from saywhy import store
from saywhy.report import Report
from saywhy.store import Engine
from service.workspaces import reading


def read_report(engine: Engine, workspace: str, wave: str) -> Report:
    """The latest report on a wave, or on all waves (`all`).

    Raises `WorkspaceNotFound`, and `WaveNotFound` with the waves that have a report.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        return store.reports.latest(connection, workspace_id, wave)


def find_report(engine: Engine, workspace: str, wave: str) -> Report | None:
    """The latest report on a wave, or None if there is none. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.reports.find(connection, workspace_id, wave)


def list_waves(engine: Engine, workspace: str) -> tuple[str, ...]:
    """The waves that have a report, `all` among them. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return tuple(store.reports.waves(connection, workspace_id))
