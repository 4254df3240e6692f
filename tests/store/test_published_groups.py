"""The groups of people of which reports told something."""

from __future__ import annotations

from sqlalchemy import Connection

from saywhy import store
from saywhy.publication import GroupKind, PublishedGroup


def test_groups_come_back_as_they_were_saved(connection: Connection, workspace_id: int) -> None:
    """Each workspace has its own; bytes of any length and an empty group stay."""
    groups = {
        PublishedGroup(GroupKind.CAUSE, bytes(range(256)) * 40),
        PublishedGroup(GroupKind.SEGMENT, b"\x80"),
        PublishedGroup(GroupKind.CAUSE, b""),
    }
    store.published_groups.add(connection, workspace_id, groups)
    store.published_groups.add(connection, store.workspaces.ensure(connection, "other"), ())
    assert store.published_groups.load(connection, workspace_id) == groups
    assert store.published_groups.load(connection, store.workspaces.find(connection, "other")) == set()
