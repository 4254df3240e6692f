"""Whether a cause is new in a wave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from models.arrays import Integers
from pipelines.impact.multiple_testing import FALSE_DISCOVERY_RATE, MIN_MENTIONS, q_values
from saywhy.report import MIN_CLAIM

#: Share of earlier mentions up to which a cause counts as new: models and clustering make errors.
MAX_EARLIER_SHARE = 1 / 20


def is_new(mentions: Integers, responses: Integers) -> NDArray[np.bool_]:
    """Whether each of K causes is new in the last of W waves. Shapes (K, W): mentions, (W,): responses → (K,).

    A cause is new if at most `MAX_EARLIER_SHARE` of its mentions are in earlier waves and this is significant: if it
    were equally frequent in all waves, so few earlier mentions would be improbable (hypergeometric; Benjamini and
    Hochberg's control over all causes with at least `MIN_MENTIONS` mentions). None is where the last wave, or all
    before it together, has fewer than `MIN_CLAIM` responses.
    """
    if len(responses) < 2 or min(responses[-1], responses[:-1].sum()) < MIN_CLAIM:
        return np.zeros(len(mentions), dtype=bool)
    total, latest = mentions.sum(axis=1), mentions[:, -1]
    q = np.ones(len(mentions))
    is_tested = total >= MIN_MENTIONS
    q[is_tested] = q_values(hypergeom.sf(latest - 1, responses.sum(), responses[-1], total)[is_tested])
    new: NDArray[np.bool_] = (total - latest <= MAX_EARLIER_SHARE * total) & (q <= FALSE_DISCOVERY_RATE)
    return new
