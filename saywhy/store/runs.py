"""Runs: start, end and outcome of each analysis."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy import __version__
from saywhy.errors import NotFound, RunAlreadyEnded
from saywhy.run import Run, RunState
from saywhy.store.statements import Row
from saywhy.store.tables import runs, workspaces

#: Detail of a run whose process died before it could record an outcome.
ABANDONED = "the process died; completed batches are kept, and the next analysis continues from there"


_TERMINAL = [state.value for state in RunState if state.is_terminal]


def start(connection: Connection, workspace_id: int, model: str) -> Run:
    """Insert a run in state `running`, with the current revision of the workspace and this version of the code."""
    row = connection.execute(
        sa.insert(runs)
        .values(
            workspace_id=workspace_id,
            state=RunState.RUNNING,
            model=model,
            started_at=datetime.now(UTC),
            revision=_revision(workspace_id),
            version=__version__,
        )
        .returning(runs)
    ).one()
    return _run(row)


def unchanged_since(connection: Connection, workspace_id: int, model: str) -> Run | None:
    """The latest run, if it succeeded and neither workspace revision nor model nor code version has changed since."""
    latest_id = sa.select(sa.func.max(runs.c.id)).where(runs.c.workspace_id == workspace_id).scalar_subquery()
    query = sa.select(runs).where(
        runs.c.id == latest_id,
        runs.c.state == RunState.SUCCEEDED,
        runs.c.model == model,
        runs.c.version == __version__,
        runs.c.revision == _revision(workspace_id),
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _run(row)


def finish(connection: Connection, workspace_id: int, run_id: int, state: RunState, detail: str | None = None) -> Run:
    """End a run; `detail` says why it failed. Raises `NotFound`, or `RunAlreadyEnded` if it is in a terminal state."""
    if not state.is_terminal:
        raise ValueError(f"a run does not end as {state}")
    is_run = (runs.c.workspace_id == workspace_id) & (runs.c.id == run_id)
    # A single statement, so that only one of two concurrent calls succeeds.
    row = connection.execute(
        sa.update(runs)
        .where(is_run, runs.c.state.not_in(_TERMINAL))
        .values(state=state, ended_at=datetime.now(UTC), detail=detail)
        .returning(runs)
    ).one_or_none()
    if row is not None:
        return _run(row)
    before = connection.scalar(sa.select(runs.c.state).where(is_run))
    if before is None:
        raise NotFound(f"there is no run {run_id}")
    raise RunAlreadyEnded(f"run {run_id} has {before}; a terminal state is final")


def end_abandoned(connection: Connection, workspace_id: int) -> list[Run]:
    """Mark runs without an outcome as failed and return them. Call it only while holding `store.analysing`."""
    rows = connection.execute(
        sa.update(runs)
        .where(runs.c.workspace_id == workspace_id, runs.c.state.not_in(_TERMINAL))
        .values(state=RunState.FAILED, ended_at=datetime.now(UTC), detail=ABANDONED)
        .returning(runs)
    )
    return [_run(row) for row in rows]


def load(connection: Connection, workspace_id: int) -> list[Run]:
    """All runs, oldest first."""
    query = sa.select(runs).where(runs.c.workspace_id == workspace_id).order_by(runs.c.id)
    return [_run(row) for row in connection.execute(query)]


def latest(connection: Connection, workspace_id: int, state: RunState | None = None) -> Run | None:
    """The run that was started last, of those in a state if one is given; or None."""
    query = sa.select(runs).where(runs.c.workspace_id == workspace_id).order_by(runs.c.id.desc()).limit(1)
    row = connection.execute(query if state is None else query.where(runs.c.state == state)).one_or_none()
    return None if row is None else _run(row)


def _revision(workspace_id: int) -> sa.ScalarSelect[int]:
    return sa.select(workspaces.c.revision).where(workspaces.c.id == workspace_id).scalar_subquery()


def _run(row: Row) -> Run:
    return Run(row.id, RunState(row.state), row.model, row.started_at, row.ended_at, row.detail)
