"""Tabulations: the responses and causes of the latest analysis as columns, packed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy import __version__
from saywhy.store.statements import upsert
from saywhy.store.tables import tabulations, workspaces


def put(connection: Connection, workspace_id: int, model: str, revision: int, body: bytes) -> None:
    """Keep a tabulation by this version of the code; it replaces the one before. `revision` is that of the data."""
    row = {
        "workspace_id": workspace_id,
        "revision": revision,
        "model": model,
        "version": __version__,
        "body": body,
    }
    upsert(connection, tabulations, ["workspace_id"], [row])


def find(connection: Connection, workspace_id: int, model: str, *, as_analysed: bool = False) -> bytes | None:
    """The tabulation with this model and this version of the code, if nothing has changed since; None without one.

    `as_analysed`: also if something has changed.
    """
    is_kept = (
        (tabulations.c.workspace_id == workspace_id)
        & (tabulations.c.model == model)
        & (tabulations.c.version == __version__)
    )
    if not as_analysed:
        revision = sa.select(workspaces.c.revision).where(workspaces.c.id == workspace_id).scalar_subquery()
        is_kept &= tabulations.c.revision == revision
    return connection.scalar(sa.select(tabulations.c.body).where(is_kept))


def delete(connection: Connection, workspace_id: int) -> None:
    """Forget the tabulation: its clauses have other topics now, or its people are forgotten."""
    connection.execute(sa.delete(tabulations).where(tabulations.c.workspace_id == workspace_id))
