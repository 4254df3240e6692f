"""The look of the latest analysis at drift."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from saywhy.drift import Drift
from saywhy.store.model_tables import drift_looks
from saywhy.store.statements import upsert

_DRIFT = TypeAdapter(Drift)


def save(connection: Connection, workspace_id: int, drift: Drift | None) -> None:
    """Keep the look in the place of the one before; None if there was too little to look at."""
    if drift is None:
        connection.execute(sa.delete(drift_looks).where(drift_looks.c.workspace_id == workspace_id))
    else:
        upsert(connection, drift_looks, ["workspace_id"], [{"workspace_id": workspace_id, "body": asdict(drift)}])


def find(connection: Connection, workspace_id: int) -> Drift | None:
    """The latest look, or None."""
    body = connection.scalar(sa.select(drift_looks.c.body).where(drift_looks.c.workspace_id == workspace_id))
    return None if body is None else _DRIFT.validate_python(body)
