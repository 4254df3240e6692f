"""The store that several tests of commands use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def survey_url(analysed_survey: Path, tmp_path: Path) -> str:
    """URL of a store with an analysed survey of three waves."""
    return f"sqlite:///{shutil.copy(analysed_survey, tmp_path / 'store.db')}"
