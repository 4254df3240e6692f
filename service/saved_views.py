"""Saved views: addresses of pages under a name, for everybody in a workspace."""

from __future__ import annotations

from datetime import UTC, datetime

from saywhy import store
from saywhy.errors import Conflict, InvalidInput
from saywhy.saved_view import MAX_ADDRESS, MAX_NAME, SavedView
from saywhy.store import Connection, Engine
from saywhy.text import is_storable, normalise
from service.workspaces import reading, writing


def save_view(engine: Engine, workspace: str, name: str, address: str, *, by: str) -> None:
    """Save a view, in place of the one of the same name.

    Raises `WorkspaceNotFound`, and `InvalidInput` for a name that is empty or too long and for an address that is not a
    path of this server.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        put_view(connection, workspace_id, name, address, by=by)


def put_view(connection: Connection, workspace_id: int, name: str, address: str, *, by: str) -> SavedView:
    """`save_view` in a transaction; the view. Raises `InvalidInput`, as that does."""
    name = normalise(name)
    if not name or len(name) > MAX_NAME or not is_storable(name):
        raise InvalidInput(f"the name of a view has from 1 to {MAX_NAME} characters")
    is_path = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    if not is_path or len(address) > MAX_ADDRESS or not is_storable(address):
        raise InvalidInput("only a page of this server can be saved as a view")
    store.saved_views.put(connection, workspace_id, SavedView(name, address, by, datetime.now(UTC)))
    return store.saved_views.find(connection, workspace_id, name)


def list_views(engine: Engine, workspace: str) -> list[SavedView]:
    """All views, the oldest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.saved_views.load(connection, workspace_id)


def remove_view(engine: Engine, workspace: str, view_id: int) -> None:
    """Delete a view. Raises `WorkspaceNotFound`, `NotFound`, and `Conflict` while a digest sends it."""
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        if digests := store.digests.of_view(connection, workspace_id, view_id):
            numbers = ", ".join(map(str, digests))
            raise Conflict(f"the view is sent by digest {numbers}; delete that first, or give it another view")
        store.saved_views.delete(connection, workspace_id, view_id)
