"""Agreement of partitions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from pipelines.topics.clustering.agreement import mean_agreement


@given(
    st.integers(1, 30).flatmap(
        lambda rows: st.lists(st.lists(st.integers(0, rows), min_size=rows, max_size=rows), min_size=2, max_size=4)
    )
)
def test_it_is_the_adjusted_rand_index(partitions: list[list[int]]) -> None:
    """To the last bit, also for one row, one community, and communities of one row each."""
    labels = [np.array(partition) for partition in partitions]
    pairs = [adjusted_rand_score(a, b) for number, a in enumerate(labels) for b in labels[:number]]
    assert mean_agreement(labels) == np.mean(pairs)
