"""Keys and people of a store, and clients that send them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from saywhy.access import Scope
from service.keys import create_key
from service.workspaces import create


def key_of(engine: Engine, workspace: str, scopes: Iterable[Scope] = tuple(Scope), name: str = "CRM sync") -> str:
    """The secret of a new key; the workspace is created if there is none."""
    create(engine, workspace)
    return create_key(engine, workspace, name, scopes, created_by="tests")[1]


def bearing(client: TestClient, secret: str) -> TestClient:
    """The client, which sends the key from now on."""
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def check_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let servers remember nothing of keys, people and sessions."""
    monkeypatch.setattr("api.http.auth.VALID_SECONDS", 0)
