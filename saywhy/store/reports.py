"""Reports: one for each run and wave, stored as JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict

import orjson
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from saywhy.errors import WaveNotFound
from saywhy.report import Report
from saywhy.store.statements import upsert
from saywhy.store.tables import reports

_REPORT = TypeAdapter(Report)


def save(connection: Connection, workspace_id: int, run_id: int, report: Report) -> None:
    """Insert the report of a run for one wave (or "all"), or replace that of the same run and wave."""
    row = {"workspace_id": workspace_id, "run_id": run_id, "wave": report.wave, "body": asdict(report)}
    upsert(connection, reports, ["run_id", "wave"], [row])


def keep_waves(connection: Connection, workspace_id: int, waves: Collection[str]) -> None:
    """Delete the reports on all other waves."""
    is_other = (reports.c.workspace_id == workspace_id) & reports.c.wave.not_in(waves)
    connection.execute(sa.delete(reports).where(is_other))


def amend(connection: Connection, workspace_id: int, report: Report) -> None:
    """Replace the newest report of the same wave."""
    is_of_wave = (reports.c.workspace_id == workspace_id) & (reports.c.wave == report.wave)
    newest = sa.select(sa.func.max(reports.c.id)).where(is_of_wave).scalar_subquery()
    connection.execute(sa.update(reports).where(is_of_wave, reports.c.id == newest).values(body=asdict(report)))


def find(connection: Connection, workspace_id: int, wave: str) -> Report | None:
    """The newest report of a wave, or None."""
    stored = find_stored(connection, workspace_id, wave)
    return None if stored is None else parse(stored)


def find_stored(connection: Connection, workspace_id: int, wave: str) -> str | None:
    """The newest report of a wave as the JSON that is stored, or None."""
    query = (
        sa.select(sa.cast(reports.c.body, sa.Text))
        .where(reports.c.workspace_id == workspace_id, reports.c.wave == wave)
        .order_by(reports.c.id.desc())
        .limit(1)
    )
    return connection.scalar(query)


def parse(stored: str) -> Report:
    """The report that is stored as this JSON."""
    return _REPORT.validate_python(orjson.loads(stored))


def history(connection: Connection, workspace_id: int) -> dict[str, list[Report]]:
    """All reports by wave, newest first."""
    by_wave: dict[str, list[Report]] = {}
    query = sa.select(reports.c.body).where(reports.c.workspace_id == workspace_id).order_by(reports.c.id.desc())
    for row in connection.execute(query):
        report = _REPORT.validate_python(row.body)
        by_wave.setdefault(report.wave, []).append(report)
    return by_wave


def stream(connection: Connection, workspace_id: int) -> Iterator[tuple[int, Report]]:
    """All reports with their ids, earlier ones too, as a stream."""
    query = sa.select(reports.c.id, reports.c.body).where(reports.c.workspace_id == workspace_id)
    with connection.execute(query.order_by(reports.c.id), execution_options={"yield_per": 20}) as rows:
        for row in rows:
            yield row.id, _REPORT.validate_python(row.body)


def rewrite(connection: Connection, report_id: int, report: Report) -> None:
    """Replace a report."""
    connection.execute(sa.update(reports).where(reports.c.id == report_id).values(body=asdict(report)))


def latest(connection: Connection, workspace_id: int, wave: str) -> Report:
    """The newest report of a wave; raises `WaveNotFound`, whose detail lists the waves with reports."""
    return parse(latest_stored(connection, workspace_id, wave))


def latest_stored(connection: Connection, workspace_id: int, wave: str) -> str:
    """`latest`, as the JSON that is stored."""
    if (stored := find_stored(connection, workspace_id, wave)) is not None:
        return stored
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
