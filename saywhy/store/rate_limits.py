"""Rate limits: how much of what it may do in a window of time each subject has used."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store.access_tables import rate_windows as table
from saywhy.store.statements import insert


@dataclass(frozen=True, slots=True)
class Allowance:
    """`granted` of what was wanted; what is `left` after it in the window, which ends in `ends_at` (s since 1970)."""

    granted: int
    left: int
    ends_at: int


def take(connection: Connection, subject: str, wanted: int, limit: int, *, seconds: int, now: float) -> Allowance:
    """Use up to `wanted` of the `limit` of a subject in the present window of `seconds`.

    One statement, so that processes that take at the same time never get more than the limit together. Windows begin at
    multiples of their length.
    """
    ends_at = (int(now) // seconds + 1) * seconds
    statement = insert(connection, table).values(subject=subject, ends_at=ends_at, used=wanted)
    is_same = table.c.ends_at >= statement.excluded.ends_at
    row = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["subject"],
            set_={
                "used": sa.case((is_same, table.c.used + wanted), else_=wanted),
                "ends_at": sa.case((is_same, table.c.ends_at), else_=statement.excluded.ends_at),
            },
        ).returning(table.c.used, table.c.ends_at)
    ).one()
    granted = min(max(limit - (row.used - wanted), 0), wanted)
    return Allowance(granted, max(limit - row.used, 0), row.ends_at)


def forget(connection: Connection, now: float) -> None:
    """Delete the windows that have ended."""
    connection.execute(sa.delete(table).where(table.c.ends_at <= int(now)))
