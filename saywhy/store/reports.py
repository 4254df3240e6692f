"""Reports: computed once a run, read many times."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from saywhy.errors import WaveNotFound
from saywhy.report import Report
from saywhy.store.statements import Row, insert
from saywhy.store.tables import reports


def save(connection: Connection, workspace: int, run_id: int, report: Report) -> None:
    """Keep the report of one wave (or of "all") that a run computed; one of the same run and wave is replaced."""
    statement = insert(connection, reports).values(
        workspace_id=workspace, run_id=run_id, wave=report.wave, body=asdict(report)
    )
    connection.execute(
        statement.on_conflict_do_update(index_elements=["run_id", "wave"], set_={"body": statement.excluded["body"]})
    )


def amend(connection: Connection, workspace: int, report: Report) -> None:
    """Put the report in the place of the newest one of its wave."""
    of_wave = (reports.c.workspace_id == workspace) & (reports.c.wave == report.wave)
    newest = sa.select(sa.func.max(reports.c.id)).where(of_wave).scalar_subquery()
    connection.execute(sa.update(reports).where(of_wave, reports.c.id == newest).values(body=asdict(report)))


def find(connection: Connection, workspace: int, wave: str) -> Report | None:
    """The newest report of that wave, if there is one."""
    query = (
        sa.select(reports.c.body)
        .where(reports.c.workspace_id == workspace, reports.c.wave == wave)
        .order_by(reports.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _report(row)


def history(connection: Connection, workspace: int) -> dict[str, list[Report]]:
    """All reports there are of each wave, newest first."""
    found: dict[str, list[Report]] = {}
    query = sa.select(reports.c.body).where(reports.c.workspace_id == workspace).order_by(reports.c.id.desc())
    for row in connection.execute(query):
        report = _report(row)
        found.setdefault(report.wave, []).append(report)
    return found


def latest(connection: Connection, workspace: int, wave: str) -> Report:
    """The newest report of that wave; raises `WaveNotFound`, which says which waves there are."""
    if (found := find(connection, workspace, wave)) is not None:
        return found
    known = ", ".join(waves(connection, workspace))
    raise WaveNotFound(
        f"there is no report for wave {wave!r}; "
        + (f"there are: {known}" if known else "nothing has been analysed yet")
    )


def waves(connection: Connection, workspace: int) -> list[str]:
    """The waves that there are reports of, in the order in which they were last saved."""
    query = (
        sa.select(reports.c.wave)
        .where(reports.c.workspace_id == workspace)
        .group_by(reports.c.wave)
        .order_by(sa.func.max(reports.c.id))
    )
    return list(connection.scalars(query))


_REPORT = TypeAdapter(Report)


def _report(row: Row) -> Report:
    return _REPORT.validate_python(row.body)
