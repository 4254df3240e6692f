"""Whether a cause is new in a wave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

#: One mention in so many may be earlier before a cause is no longer new: models err, and so does clustering.
EARLIER_TOLERATED = 1 / 20


def is_new(mentions: NDArray[np.int64], responses: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each of K causes came up in the last of W waves. Shapes (K, W): mentions, (W,): responses → (K,).

    New means that (nearly) all mentions are in the last wave and that this is no accident: were the cause as frequent
    in every wave, so few earlier mentions would come in fewer than 5 of 100 cases (hypergeometric).
    """
    if len(responses) < 2:
        return np.zeros(len(mentions), dtype=bool)
    total, latest = mentions.sum(axis=1), mentions[:, -1]
    by_chance = hypergeom.sf(latest - 1, responses.sum(), responses[-1], total)
    new: NDArray[np.bool_] = (latest > 0) & (total - latest <= EARLIER_TOLERATED * total) & (by_chance < 0.05)
    return new
