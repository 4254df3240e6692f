"""Runs: when what was analysed, and how it ended."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy import __version__
from saywhy.errors import NotFound, RunAlreadyEnded
from saywhy.run import Run, RunState
from saywhy.store.statements import Row
from saywhy.store.tables import runs, workspaces

#: What is said of a run whose process was killed, or lost its power.
ABANDONED = "the process that ran it ended without a word; what it had done is kept, and the next run goes on there"


def start(connection: Connection, workspace: int, model: str) -> Run:
    """A new run of that model version and this version of the code, running from now on what is there now."""
    row = connection.execute(
        sa.insert(runs)
        .values(
            workspace_id=workspace,
            state=RunState.RUNNING,
            model=model,
            started_at=datetime.now(UTC),
            revision=_revision(workspace),
            version=__version__,
        )
        .returning(runs)
    ).one()
    return _run(row)


def unchanged_since(connection: Connection, workspace: int, model: str) -> Run | None:
    """The run before, if it succeeded and nothing has changed since: neither what is there, nor model, nor code."""
    last = sa.select(sa.func.max(runs.c.id)).where(runs.c.workspace_id == workspace).scalar_subquery()
    query = sa.select(runs).where(
        runs.c.id == last,
        runs.c.state == RunState.SUCCEEDED,
        runs.c.model == model,
        runs.c.version == __version__,
        runs.c.revision == _revision(workspace),
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _run(row)


def finish(connection: Connection, workspace: int, run_id: int, state: RunState, detail: str | None = None) -> Run:
    """End a run; `detail` says why it failed. Raises `RunAlreadyEnded`: a terminal state is final."""
    if not state.is_terminal:
        raise ValueError(f"a run does not end as {state}")
    mine = (runs.c.workspace_id == workspace) & (runs.c.id == run_id)
    ended = [state.value for state in RunState if state.is_terminal]
    # One statement, so that of two that end it at once only one succeeds.
    row = connection.execute(
        sa.update(runs)
        .where(mine, runs.c.state.not_in(ended))
        .values(state=state, ended_at=datetime.now(UTC), detail=detail)
        .returning(runs)
    ).one_or_none()
    if row is not None:
        return _run(row)
    before = connection.scalar(sa.select(runs.c.state).where(mine))
    if before is None:
        raise NotFound(f"there is no run {run_id}")
    raise RunAlreadyEnded(f"run {run_id} has {before}; a terminal state is final")


def end_abandoned(connection: Connection, workspace: int) -> list[Run]:
    """Fail the runs that never ended, and say so; only for who holds the workspace (`store.exclusive`)."""
    ended = [state.value for state in RunState if state.is_terminal]
    rows = connection.execute(
        sa.update(runs)
        .where(runs.c.workspace_id == workspace, runs.c.state.not_in(ended))
        .values(state=RunState.FAILED, ended_at=datetime.now(UTC), detail=ABANDONED)
        .returning(runs)
    )
    return [_run(row) for row in rows]


def load(connection: Connection, workspace: int) -> list[Run]:
    """All runs, the first one first."""
    query = sa.select(runs).where(runs.c.workspace_id == workspace).order_by(runs.c.id)
    return [_run(row) for row in connection.execute(query)]


def latest(connection: Connection, workspace: int) -> Run | None:
    """The run that was started last, whatever its state."""
    query = sa.select(runs).where(runs.c.workspace_id == workspace).order_by(runs.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _run(row)


def _revision(workspace: int) -> sa.ScalarSelect[int]:
    return sa.select(workspaces.c.revision).where(workspaces.c.id == workspace).scalar_subquery()


def _run(row: Row) -> Run:
    return Run(row.id, RunState(row.state), row.model, row.started_at, row.ended_at, row.detail)
