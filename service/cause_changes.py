"""Keeps each change of how a cause is handled, with author and time; the undoing of one is another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from saywhy import store
from saywhy.handling import HandlingChange, HandlingField
from saywhy.store import Connection
from service.topics.validation import single_line


def keep_change(
    connection: Connection,
    workspace_id: int,
    cause: str,
    field: HandlingField,
    before: Any,
    value: Any,
    *,
    by: str,
    undoes: int | None = None,
) -> HandlingChange | None:
    """Keep that a field of a cause was set from the value `before` to `value`; None if that is the same.

    Raises `InvalidInput` for an author that is blank or too long.
    """
    if before == value:
        return None
    author, now = single_line(by, "the author"), datetime.now(UTC)
    change = HandlingChange(0, cause, field, before, value, author, now, undoes)
    return store.cause_changes.add(connection, workspace_id, change)
