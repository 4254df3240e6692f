"""Corrections of p-values."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from pipelines.impact.multiple_testing import holm


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    """To the last bit, with ties, zeros and ones."""
    assert holm(np.array(p_values)).tolist() == multipletests(p_values, method="holm")[1].tolist()
