"""Whether a cause is new in a wave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from models.arrays import Integers

#: Share of earlier mentions up to which a cause counts as new: models and clustering make errors.
MAX_EARLIER_SHARE = 1 / 20

#: Significance level of the test that the cause is more frequent in the latest wave.
_LEVEL = 0.05


def is_new(mentions: Integers, responses: Integers) -> NDArray[np.bool_]:
    """Whether each of K causes is new in the last of W waves. Shapes (K, W): mentions, (W,): responses → (K,).

    A cause is new if at most `MAX_EARLIER_SHARE` of its mentions are in earlier waves and this is significant: if it
    were equally frequent in all waves, so few earlier mentions would have a probability below 5 % (hypergeometric).
    """
    if len(responses) < 2:
        return np.zeros(len(mentions), dtype=bool)
    total, latest = mentions.sum(axis=1), mentions[:, -1]
    p_value = hypergeom.sf(latest - 1, responses.sum(), responses[-1], total)
    new: NDArray[np.bool_] = (latest > 0) & (total - latest <= MAX_EARLIER_SHARE * total) & (p_value < _LEVEL)
    return new
