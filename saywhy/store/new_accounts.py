"""Accounts that customers brought: by a referral, or as former customers who buy again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.case import AccountOrigin, NewAccount
from saywhy.errors import Conflict, NotFound
from saywhy.store.case_tables import new_accounts as table
from saywhy.store.statements import insert


def add(connection: Connection, workspace_id: int, new: NewAccount) -> None:
    """Keep a new account. Raises `Conflict` if it is kept already: no account is won twice."""
    values = {
        "workspace_id": workspace_id,
        "account": new.account,
        "origin": new.origin.value,
        "brought_by": new.brought_by,
        "case_id": new.case,
        "won_at": new.won_at,
        "revenue": new.revenue,
        "acquisition_cost": new.acquisition_cost,
        "lifetime_value": new.lifetime_value,
    }
    statement = insert(connection, table).values(**values)
    statement = statement.on_conflict_do_nothing(index_elements=["workspace_id", "account"])
    if connection.scalar(statement.returning(table.c.id)) is None:
        raise Conflict(f"the new account {new.account!r} is recorded already; remove it to record it again")


def load(
    connection: Connection,
    workspace_id: int,
    *,
    since: datetime | None = None,
    brought_by: Collection[str] | None = None,
) -> list[NewAccount]:
    """All new accounts, those won since a time, or those that one of some brought, in the order of their record."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.id)
    if since is not None:
        query = query.where(table.c.won_at >= since)
    if brought_by is not None:
        query = query.where(table.c.brought_by.in_(list(brought_by)))
    return [
        NewAccount(
            row.account,
            AccountOrigin(row.origin),
            row.brought_by,
            row.won_at,
            row.case_id,
            row.revenue,
            row.acquisition_cost,
            row.lifetime_value,
        )
        for row in connection.execute(query)
    ]


def delete(connection: Connection, workspace_id: int, account: str) -> None:
    """Forget a new account. Raises `NotFound`."""
    query = sa.delete(table).where(table.c.workspace_id == workspace_id, table.c.account == account)
    if not connection.execute(query).rowcount:
        raise NotFound(f"there is no new account {account!r}")
