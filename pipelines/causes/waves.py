"""How many responses name each cause, by wave and by other groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import Integers
from pipelines.impact.mention_counts import CountsByWave
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity


def complaints_by_wave(data: SurveyData) -> CountsByWave:
    """The responses with an annotated comment that blame each cause."""
    return mentions_by_wave(data, Polarity.NEGATIVE, data.annotated)


def mentions_by_wave(data: SurveyData, polarity: Polarity, mask: NDArray[np.bool_]) -> CountsByWave:
    """The responses in `mask`, (N,), all with an annotated comment, that name each cause, in every wave."""
    counted = mask & (data.wave >= 0)
    waves = data.wave[counted]
    mentions = counts_by_group(data.named(polarity, counted), waves, len(data.waves))
    return CountsByWave(mentions, np.bincount(waves, minlength=len(data.waves)))


def counts_by_group(named: sparse.csr_array, groups: NDArray[np.int32], size: int) -> Integers:
    """How many responses of each group name each cause: (N, K) and (N,) group numbers below `size` → (K, size)."""
    cells = (np.ones(len(groups), dtype=np.int64), (np.arange(len(groups)), groups))
    member = sparse.csr_array(cells, (len(groups), size))
    counts: Integers = sparse.csr_array(named.astype(np.int64).T @ member).toarray()
    return counts
