"""How many responses name a cause, by wave."""

from __future__ import annotations

import numpy as np

from pipelines.causes.waves import complaints_by_wave, mentions_by_wave
from saywhy.annotation import Polarity
from tests.builders.simulated_data import survey_data


def test_responses_are_counted_once_in_their_wave() -> None:
    """Each cause in each wave, those without a wave in none; waves can be picked in any order."""
    blamed = np.array([[1, 0], [1, 1], [0, 0], [0, 1], [1, 1]], dtype=bool)
    data = survey_data(np.zeros(5, np.int8), blamed, np.zeros_like(blamed), np.array([0, 0, 0, 1, -1]))
    counts = complaints_by_wave(data)
    keys = [cause.id for cause in data.causes]
    assert counts.mentions.shape == (len(keys), 2)
    assert counts.mentions[:2].tolist() == [[2, 0], [1, 1]]
    assert counts.responses.tolist() == [3, 1]
    picked = counts.of([1, 0])
    assert (picked.mentions[:2].tolist(), picked.responses.tolist()) == ([[0, 2], [1, 1]], [1, 3])
    praised = mentions_by_wave(data, Polarity.POSITIVE, data.annotated)
    assert not praised.mentions.any()
    none = mentions_by_wave(data, Polarity.NEGATIVE, np.zeros(5, dtype=bool))
    assert (none.mentions.sum(), none.responses.tolist()) == (0, [0, 0])
