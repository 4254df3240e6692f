"""The store that several tests of commands use."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy import store
from tests.builders.fixed_survey import analysed, responses


@pytest.fixture
def survey_url(tmp_path: Path) -> str:
    """URL of a store with an analysed survey of three waves."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    engine = store.open_store(url)
    analysed(engine, responses())
    engine.dispose()
    return url
