"""Runs: when an analysis starts, how it ends, and the ones whose process died."""

from __future__ import annotations

from contextlib import suppress

from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import AnalysisRunning
from saywhy.run import Run, RunState
from saywhy.store import Engine
from service.webhooks.events import tell_finished


def start(engine: Engine, workspace_id: int, model: str, *, refit: bool) -> Run:
    """Start a run. If nothing has changed since the previous one, it ends at once, and its detail says so.

    `refit` computes everything even if nothing has changed. Call it inside `store.analysing`: runs that are still
    marked as running then belong to processes that died, and are marked as failed.
    """
    with engine.begin() as connection:
        store.runs.end_abandoned(connection, workspace_id)
        previous = None if refit else store.runs.unchanged_since(connection, workspace_id, model)
        run = store.runs.start(connection, workspace_id, model)
        if previous is None:
            return run
        detail = f"nothing new since run {previous.id}"
        return store.runs.finish(connection, workspace_id, run.id, RunState.SUCCEEDED, detail)


def succeed(engine: Engine, workspace_id: int, run: Run, code_frame: CodeFrame) -> Run:
    """Record that a run has succeeded, and tell subscribers that its reports are there."""
    with engine.begin() as connection:
        tell_finished(connection, workspace_id, run, code_frame)
        return store.runs.finish(connection, workspace_id, run.id, RunState.SUCCEEDED)


def fail(engine: Engine, workspace_id: int, run: Run, error: BaseException) -> None:
    """Record that a run was cancelled (Ctrl-C) or has failed, with the error's message or class."""
    state = RunState.CANCELLED if isinstance(error, KeyboardInterrupt) else RunState.FAILED
    with engine.begin() as connection:
        store.runs.finish(connection, workspace_id, run.id, state, str(error) or type(error).__name__)


def end_abandoned(engine: Engine, workspace: str) -> None:
    """Mark the runs of processes that died as failed. Does nothing while an analysis is running."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
    with suppress(AnalysisRunning), store.analysing(engine, workspace_id), engine.begin() as connection:
        store.runs.end_abandoned(connection, workspace_id)
