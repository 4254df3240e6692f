"""Saved views: addresses of pages with a name."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import NotFound
from saywhy.saved_view import SavedView
from saywhy.store.page_tables import saved_views


def put(connection: Connection, workspace_id: int, view: SavedView) -> None:
    """Save a view. One of the same name is changed, so that it stays that of its digests; the id is not used."""
    is_named = (saved_views.c.workspace_id == workspace_id) & (saved_views.c.name == view.name)
    row = {"address": view.address, "created_by": view.created_by, "created_at": view.created_at}
    if not connection.execute(sa.update(saved_views).where(is_named).values(row)).rowcount:
        connection.execute(sa.insert(saved_views).values(workspace_id=workspace_id, name=view.name, **row))


def find(connection: Connection, workspace_id: int, name: str) -> SavedView:
    """The view of this name. Raises `NotFound`."""
    for view in load(connection, workspace_id):
        if view.name == name:
            return view
    raise NotFound(f"there is no saved view called {name!r}")


def load(connection: Connection, workspace_id: int) -> list[SavedView]:
    """All views, the oldest first."""
    query = sa.select(saved_views).where(saved_views.c.workspace_id == workspace_id).order_by(saved_views.c.id)
    rows = connection.execute(query)
    return [SavedView(row.name, row.address, row.created_by, row.created_at, row.id) for row in rows]


def delete(connection: Connection, workspace_id: int, view_id: int) -> None:
    """Delete a view. Raises `NotFound`."""
    query = sa.delete(saved_views).where(saved_views.c.workspace_id == workspace_id, saved_views.c.id == view_id)
    if not connection.execute(query).rowcount:
        raise NotFound(f"there is no saved view {view_id}")
