"""Stores that tests of backups restore into."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from saywhy import store
from service.files import JobFiles


@pytest.fixture
def files(tmp_path: Path) -> JobFiles:
    """The files of the jobs of the store that is backed up."""
    return JobFiles(tmp_path / "files")


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Another store, once of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'target.db'}"
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "target.db")
    else:
        url = request.getfixturevalue("postgresql_url")
    engine = store.open_store(url, tmp_path / "target-keys.json")
    yield engine
    engine.dispose()
