"""The map from vectors to causes."""

from __future__ import annotations

import numpy as np
import pytest

from models.causes import CauseHead


def test_probabilities_of_causes_and_of_no_cause() -> None:
    """Rows sum to 1; a vector in the direction of a cause names it, and one in no direction follows the bias."""
    head = CauseHead(np.eye(3, dtype=np.float32), np.array([0, 0, 1], np.float32))
    p = head(np.array([[1, 0, 0], [0, 0, 0]], np.float32))
    assert p.sum(axis=1) == pytest.approx(1)
    assert p.argmax(axis=1).tolist() == [0, 2]
    assert p[1, 2] == pytest.approx(np.e / (np.e + 2))
