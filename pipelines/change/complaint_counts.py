"""How many responses of each wave name each complaint."""

from __future__ import annotations

import numpy as np

from models.arrays import Integers
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity


def complaint_counts(data: SurveyData, waves: int) -> tuple[Integers, Integers]:
    """For the first W waves: responses with an annotated comment that blame each of K causes, (K, W), and all, (W,)."""
    masks = [data.annotated & (data.wave == wave) for wave in range(waves)]
    mentions = np.stack([data.named(Polarity.NEGATIVE, mask).astype(bool).sum(axis=0) for mask in masks], axis=1)
    return mentions, np.array([int(mask.sum()) for mask in masks])
