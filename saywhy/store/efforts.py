"""What it takes to mend a cause, in days, as people have set it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store.statements import insert
from saywhy.store.tables import efforts


def put(connection: Connection, workspace: int, cause: str, days: float | None) -> None:
    """Set the effort of a cause (`kind:id`); None takes it away."""
    if days is None:
        connection.execute(sa.delete(efforts).where(efforts.c.workspace_id == workspace, efforts.c.cause == cause))
        return
    statement = insert(connection, efforts).values(workspace_id=workspace, cause=cause, days=days)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "cause"], set_={"days": statement.excluded["days"]}
        )
    )


def load(connection: Connection, workspace: int) -> dict[str, float]:
    """The days that each cause takes which has an effort set."""
    query = sa.select(efforts.c.cause, efforts.c.days).where(efforts.c.workspace_id == workspace)
    return {row.cause: row.days for row in connection.execute(query)}
