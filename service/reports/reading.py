"""Reading reports: the latest one of each wave.

Every report that somebody sees is read here (`latest_report`, `find_latest_report`, `StoredReport.report`): what an
earlier version stored of an anonymous workspace passes the allow-list of this version.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipelines.report.staff_names import hide_staff_names
from saywhy import store
from saywhy.report import Report
from saywhy.store import Connection, Engine
from service.workspaces import reading


@dataclass(frozen=True, slots=True)
class StoredReport:
    """The latest report on a wave as it is stored, of which `report` makes the one that somebody may see.

    A key for caches: of equal ones the same is shown.
    """

    body: str
    is_anonymous: bool

    def report(self) -> Report:
        """The report with the fields that the workspace may publish; names of employees are masked."""
        return hide_staff_names(_parsed(self))


def read_stored(engine: Engine, workspace: str, wave: str) -> StoredReport:
    """The latest report on a wave, or on all waves (`all`).

    Raises `WorkspaceNotFound`, and `WaveNotFound` with the waves that have a report.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        body = store.reports.latest_stored(connection, workspace_id, wave)
        return StoredReport(body, store.workspaces.is_anonymous(connection, workspace_id))


def find_stored(engine: Engine, workspace: str, wave: str) -> StoredReport | None:
    """The latest report on a wave, or None if there is none. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        if (body := store.reports.find_stored(connection, workspace_id, wave)) is None:
            return None
        return StoredReport(body, store.workspaces.is_anonymous(connection, workspace_id))


def read_report(engine: Engine, workspace: str, wave: str, *, show_staff_names: bool = False) -> Report:
    """The latest report on a wave, or on all waves (`all`). Names of employees are masked unless `show_staff_names`.

    Raises `WorkspaceNotFound`, and `WaveNotFound` with the waves that have a report.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        report = latest_report(connection, workspace_id, wave)
    return report if show_staff_names else hide_staff_names(report)


def list_waves(engine: Engine, workspace: str) -> tuple[str, ...]:
    """The waves that have a report, `all` among them. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return tuple(store.reports.waves(connection, workspace_id))


def latest_report(connection: Connection, workspace_id: int, wave: str) -> Report:
    """The latest report on a wave, with the fields that the workspace may publish. Raises `WaveNotFound`."""
    body = store.reports.latest_stored(connection, workspace_id, wave)
    return _parsed(StoredReport(body, store.workspaces.is_anonymous(connection, workspace_id)))


def find_latest_report(connection: Connection, workspace_id: int, wave: str) -> Report | None:
    """`latest_report`, or None if there is no report on the wave."""
    if (body := store.reports.find_stored(connection, workspace_id, wave)) is None:
        return None
    return _parsed(StoredReport(body, store.workspaces.is_anonymous(connection, workspace_id)))


@lru_cache(maxsize=16)
def _parsed(stored: StoredReport) -> Report:
    """Parsing takes longer than reading, and most requests need the report that the one before needed."""
    return _publishable(store.reports.parse(stored.body), stored.is_anonymous)


def _publishable(report: Report, is_anonymous: bool) -> Report:
    if not is_anonymous:
        return report
    from pipelines.disclosure.fields import published_fields  # loads scipy, which no other report that is served needs

    return published_fields(report)
