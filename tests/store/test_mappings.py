"""Saved mappings, on both databases."""

from __future__ import annotations

import pytest

from saywhy import store
from saywhy.errors import NotFound
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice, Mapping
from saywhy.store import Connection

CHOICE = ColumnChoice(score=("NPS", "NPS (DE)"), comment="", id="", segments=("país",), day_first=False)
MAPPING = Mapping("shop", ("id", "NPS", "NPS (DE)", "país"), CHOICE, Scale.NPS, "shop", keep_unknown=True)


def test_mappings_come_back_as_saved_the_last_one_first(connection: Connection, workspace_id: int) -> None:
    """What is chosen, also that there is no column; a mapping replaces one of the same name."""
    other = Mapping("other", ("a",), ColumnChoice())
    store.mappings.put(connection, workspace_id, Mapping("shop", ("old",), ColumnChoice(score="old")))
    store.mappings.put(connection, workspace_id, other)
    store.mappings.put(connection, workspace_id, MAPPING)
    assert store.mappings.load(connection, workspace_id) == [MAPPING, other]
    assert store.mappings.load(connection, store.workspaces.ensure(connection, "another")) == []


def test_deleting_a_mapping(connection: Connection, workspace_id: int) -> None:
    """It is gone, and cannot be deleted twice."""
    store.mappings.put(connection, workspace_id, MAPPING)
    store.mappings.delete(connection, workspace_id, "shop")
    assert store.mappings.load(connection, workspace_id) == []
    with pytest.raises(NotFound, match="no mapping 'shop'"):
        store.mappings.delete(connection, workspace_id, "shop")
