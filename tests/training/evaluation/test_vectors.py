"""Mutual information of clusters and intents."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.vectors import nmi


def test_separated_clusters_have_full_mutual_information() -> None:
    """Three well-separated groups give an NMI of 1, random vectors almost 0."""
    random = np.random.default_rng(0)
    intents = np.repeat(["a", "b", "c"], 30)
    centres = np.repeat(np.eye(3, 8), 30, axis=0)
    near = (centres + random.normal(0, 0.05, centres.shape)).astype(np.float32)
    assert nmi(near, intents, 2).tolist() == pytest.approx([1, 1])
    assert nmi(random.normal(size=centres.shape).astype(np.float32), intents, 2).max() < 0.3
