"""Reports: one for each run and wave, stored as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from saywhy.errors import WaveNotFound
from saywhy.report import Report
from saywhy.store.statements import Row, upsert
from saywhy.store.tables import reports


def save(connection: Connection, workspace_id: int, run_id: int, report: Report) -> None:
    """Insert the report of a run for one wave (or "all"), or replace that of the same run and wave."""
    row = {"workspace_id": workspace_id, "run_id": run_id, "wave": report.wave, "body": asdict(report)}
    upsert(connection, reports, ["run_id", "wave"], [row])


def amend(connection: Connection, workspace_id: int, report: Report) -> None:
    """Replace the newest report of the same wave."""
    is_of_wave = (reports.c.workspace_id == workspace_id) & (reports.c.wave == report.wave)
    newest = sa.select(sa.func.max(reports.c.id)).where(is_of_wave).scalar_subquery()
    connection.execute(sa.update(reports).where(is_of_wave, reports.c.id == newest).values(body=asdict(report)))


def find(connection: Connection, workspace_id: int, wave: str) -> Report | None:
    """The newest report of a wave, or None."""
    query = (
        sa.select(reports.c.body)
        .where(reports.c.workspace_id == workspace_id, reports.c.wave == wave)
        .order_by(reports.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _report(row)


def history(connection: Connection, workspace_id: int) -> dict[str, list[Report]]:
    """All reports by wave, newest first."""
    by_wave: dict[str, list[Report]] = {}
    query = sa.select(reports.c.body).where(reports.c.workspace_id == workspace_id).order_by(reports.c.id.desc())
    for row in connection.execute(query):
        report = _report(row)
        by_wave.setdefault(report.wave, []).append(report)
    return by_wave


def stream(connection: Connection, workspace_id: int) -> Iterator[tuple[int, Report]]:
    """All reports with their ids, earlier ones too, as a stream."""
    query = sa.select(reports.c.id, reports.c.body).where(reports.c.workspace_id == workspace_id)
    with connection.execute(query.order_by(reports.c.id), execution_options={"yield_per": 20}) as rows:
        for row in rows:
            yield row.id, _report(row)


def rewrite(connection: Connection, report_id: int, report: Report) -> None:
    """Replace a report."""
    connection.execute(sa.update(reports).where(reports.c.id == report_id).values(body=asdict(report)))


def latest(connection: Connection, workspace_id: int, wave: str) -> Report:
    """The newest report of a wave; raises `WaveNotFound`, whose detail lists the waves with reports."""
    if (report := find(connection, workspace_id, wave)) is not None:
        return report
    available = ", ".join(waves(connection, workspace_id))
    raise WaveNotFound(
        f"there is no report for wave {wave!r}; "
        + (f"there are: {available}" if available else "nothing has been analysed yet")
    )


def waves(connection: Connection, workspace_id: int) -> list[str]:
    """Waves with reports, in the order in which their reports were last saved."""
    query = (
        sa.select(reports.c.wave)
        .where(reports.c.workspace_id == workspace_id)
        .group_by(reports.c.wave)
        .order_by(sa.func.max(reports.c.id))
    )
    return list(connection.scalars(query))


_REPORT = TypeAdapter(Report)


def _report(row: Row) -> Report:
    return _REPORT.validate_python(row.body)
