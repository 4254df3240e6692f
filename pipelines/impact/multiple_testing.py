"""Control of false findings where many causes are tested at once."""

from __future__ import annotations

import numpy as np
from scipy.stats import false_discovery_control

from models.arrays import Floats

#: Expected share of false findings among all that are called significant.
FALSE_DISCOVERY_RATE = 0.05

#: Fewest mentions behind a claim about a cause (new, concentrated, an alert, part of a change), however significant.
MIN_MENTIONS = 5


def q_values(p_values: Floats) -> Floats:
    """Benjamini and Hochberg's (1995) adjusted p-values over all entries, in the same shape, which may be empty.

    Entries with a q-value of at most `FALSE_DISCOVERY_RATE` are significant.
    """
    if not p_values.size:
        return p_values
    return np.asarray(false_discovery_control(p_values.ravel())).reshape(p_values.shape)


def holm(p_values: Floats) -> Floats:
    """Holm's (1979) corrected p-values, (K,): they control the probability of any false finding."""
    order, tests = np.argsort(p_values), len(p_values)
    corrected = np.empty(tests)
    corrected[order] = np.minimum(np.maximum.accumulate(p_values[order] * np.arange(tests, 0, -1)), 1.0)
    return corrected
