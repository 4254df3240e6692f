"""Scenarios of a workspace."""

from __future__ import annotations

import pytest

from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict
from saywhy.store import Engine
from service.scenarios import what_if


def test_an_anonymous_workspace_has_no_scenarios(sqlite_engine: Engine) -> None:
    """Sets of causes could single out people."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
    with pytest.raises(Conflict, match="promised anonymity: there are no scenarios"):
        what_if(sqlite_engine, "hr", load_code_frame(), ["theme:support"])
