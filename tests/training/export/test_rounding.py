"""Rounding of weights to 7 bits."""

from __future__ import annotations

import numpy as np

from training.export.rounding import LARGEST, Moments, round_weights


def test_rounding_errors_are_compensated_by_correlated_inputs() -> None:
    """On correlated activations with a mean, products change less than with each weight rounded on its own."""
    random = np.random.default_rng(0)
    common = random.normal(size=(2000, 4)) @ random.normal(size=(4, 300))
    specific = random.normal(size=(2000, 300))
    values = (common + specific / 10 + 1).astype(np.float32)
    weight = random.normal(size=(300, 20)).astype(np.float32)
    rounded, scales, shift = round_weights(weight, Moments(values.mean(axis=0), np.cov(values.T).astype(np.float32)))
    assert np.abs(rounded.astype(int)).max() <= LARGEST
    error = values @ (rounded * scales) + shift - values @ weight
    separate_error = values @ (np.round(weight / scales) * scales) - values @ weight
    assert np.square(error).mean() < np.square(separate_error).mean() / 10
