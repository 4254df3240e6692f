"""Fixes, on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from saywhy import store
from saywhy.errors import NotFound
from saywhy.fix import Fix
from saywhy.store import Connection

BY_WAVE = Fix("theme:support", wave="Q2/2026", target=0.05)
BY_DATE = Fix("topic:客服", date=date(2026, 4, 30))


def test_fixes_come_back_as_saved(connection: Connection, workspace_id: int) -> None:
    """By cause; one that is saved again replaces the earlier one entirely, and workspaces do not mix."""
    store.fixes.put(connection, workspace_id, Fix("theme:support", date=date(2026, 1, 1)))
    store.fixes.put(connection, workspace_id, BY_DATE)
    store.fixes.put(connection, workspace_id, BY_WAVE)
    assert store.fixes.load(connection, workspace_id) == {BY_WAVE.cause: BY_WAVE, BY_DATE.cause: BY_DATE}
    assert store.fixes.load(connection, store.workspaces.ensure(connection, "another")) == {}


def test_deleting_a_fix(connection: Connection, workspace_id: int) -> None:
    """It is gone, and cannot be deleted twice."""
    store.fixes.put(connection, workspace_id, BY_WAVE)
    store.fixes.delete(connection, workspace_id, BY_WAVE.cause)
    assert store.fixes.load(connection, workspace_id) == {}
    with pytest.raises(NotFound, match="theme:support is not marked as fixed"):
        store.fixes.delete(connection, workspace_id, BY_WAVE.cause)
