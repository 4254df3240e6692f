"""Clause vectors → root causes of the library: a softmax over all causes and "no cause", linear in the vector.

The vector of a clause is the mean of its token states, scaled to unit length; `Clause.vector` may be a map of it
(`models.vector_map`). In training
the encoder learnt these vectors together with this map, which draws clauses of one cause together across wordings and
languages (a proxy for each class: Movshovitz-Attias et al. 2017, No Fuss Distance Metric Learning using Proxies).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Vectors

#: Stands for "names no cause" in training data and as the last class.
NO_CAUSE = "none"

#: Factor of the logits. Vectors have unit length: without it the weights would have to be very large.
LOGIT_SCALE = 20.0


#: Names of the two tensors in the heads file of a bundle.
CAUSE_WEIGHT, CAUSE_BIAS = "cause_weight", "cause_bias"


@dataclass(frozen=True, slots=True)
class CauseHead:
    """The linear map: `weight` (hidden, causes + 1) and `bias` (causes + 1,), whose last class is `NO_CAUSE`."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __call__(self, vectors: Vectors) -> NDArray[np.float32]:
        """Probabilities (n, causes + 1) of the clauses with these vectors (n, hidden); rows sum to 1."""
        logits = LOGIT_SCALE * (vectors @ self.weight) + self.bias
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), np.float32)
