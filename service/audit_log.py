"""The audit log of a workspace: who wrote what, when."""

from __future__ import annotations

from datetime import UTC, datetime

from saywhy import store
from saywhy.access import AuditEntry, Principal
from saywhy.store import Engine
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


def list_entries(engine: Engine, workspace: str, limit: int, *, before: int | None = None) -> list[AuditEntry]:
    """The latest entries, or those before the one with that id, newest first, at most `limit`.

    Raises `WorkspaceNotFound`.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        return store.audit_log.load(connection, workspace_id, limit, before=before)


def _storable(text: str) -> str:
    """The text without what a database cannot store: NUL and unpaired surrogates."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()
