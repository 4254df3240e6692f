"""The audit log of a workspace: who wrote what, when."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from saywhy import store
from saywhy.access import AuditEntry, Principal
from saywhy.store import Engine
from service.paging import PAGE, Page, latest_first
from service.workspaces import reading, writing

#: Longest target that is kept, in characters.
LONGEST_TARGET = 500


def record(
    engine: Engine, principal: Principal, action: str, target: str | None = None, status: int | None = None
) -> None:
    """Add an entry to the log of the principal's workspace. Raises `WorkspaceNotFound`."""
    target = target and _storable(target)[:LONGEST_TARGET]
    entry = AuditEntry(datetime.now(UTC), principal.kind, _storable(principal.name), action, target, status)
    with writing(engine, principal.workspace) as (connection, workspace_id):
        store.audit_log.add(connection, workspace_id, entry)


def list_entries(engine: Engine, workspace: str, limit: int = PAGE, cursor: str | None = None) -> Page[AuditEntry]:
    """The entries, the latest first. Raises `WorkspaceNotFound` and `InvalidInput` for a cursor that is none."""
    with reading(engine, workspace) as (connection, workspace_id):
        return latest_first(partial(store.audit_log.load, connection, workspace_id), limit, cursor)


def _storable(text: str) -> str:
    """The text without what a database cannot store: NUL and unpaired surrogates."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()
