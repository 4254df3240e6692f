"""The model of the tests that hold how estimators behave, not how well they learn."""

from __future__ import annotations

import pytest

from tests.training.estimators.small_model import SmallModel, small_model


@pytest.fixture(scope="session")
def opened_small_model() -> SmallModel:
    """The small model."""
    return small_model()


@pytest.fixture
def small(opened_small_model: SmallModel, monkeypatch: pytest.MonkeyPatch) -> SmallModel:
    """Estimators open the small model."""
    monkeypatch.setattr("training.estimators.base.open_model", lambda _: opened_small_model)
    return opened_small_model
