"""Workspaces: create one, look one up for a transaction, promise anonymity, read how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from saywhy import store
from saywhy.store import Connection, Engine


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """How many responses a workspace has, and whether its latest analysis is still running."""

    responses: int
    is_analysing: bool


def create(engine: Engine, workspace: str) -> int:
    """The id of the workspace, which is created if it does not exist."""
    with engine.begin() as connection:
        return store.workspaces.ensure(connection, workspace)


def promise_anonymity(engine: Engine, workspace: str) -> None:
    """Store no identities in this workspace from now on; it is created if it does not exist.

    Raises `Conflict` if it already holds identities: responses, plans of waves, or what sources have sent.
    """
    with engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, workspace))


def renew_anonymity_key(engine: Engine, workspace: str) -> None:
    """Give an anonymous workspace a new key: responses that are stored already are not recognised again, and the waves
    that have some are closed.

    Raises `WorkspaceNotFound`, and `Conflict` if the workspace is not anonymous or the key file cannot be written.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.renew_anonymity_key(connection, workspace_id)


def read_status(engine: Engine, workspace: str) -> WorkspaceStatus:
    """What a page shows before there is a report. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        run = store.runs.latest(connection, workspace_id)
        return WorkspaceStatus(
            responses=store.responses.count(connection, workspace_id),
            is_analysing=run is not None and not run.state.is_terminal,
        )


def check_store(engine: Engine) -> None:
    """Raise `StoreUnavailable` unless the database answers and has the schema of this version."""
    with store.reading(engine) as connection:
        store.check(connection)


@contextmanager
def reading(engine: Engine, workspace: str) -> Iterator[tuple[Connection, int]]:
    """A read-only transaction, a consistent snapshot, and the workspace's id. Raises `WorkspaceNotFound`."""
    with store.reading(engine) as connection:
        yield connection, store.workspaces.find(connection, workspace)


@contextmanager
def writing(engine: Engine, workspace: str) -> Iterator[tuple[Connection, int]]:
    """A transaction that may write, and the workspace's id. Raises `WorkspaceNotFound`."""
    with engine.begin() as connection:
        yield connection, store.workspaces.find(connection, workspace)
