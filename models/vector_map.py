"""Vectors of the fine-tuned encoder → vectors in which clauses cluster by what they say, and back.

Fine-tuning draws all clauses of a library cause together, so its vectors lose what tells clauses of one cause apart,
which discovery needs. Most of it is still there, in directions of little variance: an affine map, fitted to the base
encoder's vectors after damping the directions in which those vary most, brings it out
(`training.export.vector_map`, docs/adr/0024). It can be inverted, so these vectors are the only ones that are stored:
the head of the causes, which was taught with the encoder's own vectors, gets those back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.arrays import Vectors, unit

#: Names of the two tensors in the heads file of a bundle; a bundle without them has no map.
MAP_WEIGHT, MAP_BIAS = "map_weight", "map_bias"


@dataclass(frozen=True, slots=True)
class VectorMap:
    """The affine map `v @ weight + bias`, scaled to unit length; `weight` (d, d) is invertible, `bias` is (d,)."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    _inverse: NDArray[np.float32] = field(init=False, repr=False)
    _origin: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        inverse = np.linalg.inv(self.weight.astype(np.float64)).astype(np.float32)
        object.__setattr__(self, "_inverse", inverse)
        object.__setattr__(self, "_origin", self.bias @ inverse)

    @classmethod
    def of(cls, heads: Mapping[str, NDArray[np.generic]]) -> VectorMap | None:
        """The map among the tensors of a bundle, or None."""
        if MAP_WEIGHT not in heads:
            return None
        return cls(heads[MAP_WEIGHT].astype(np.float32), heads[MAP_BIAS].astype(np.float32))

    def __call__(self, vectors: Vectors) -> Vectors:
        """The mapped vectors (n, d) of the encoder's vectors (n, d); both of unit length."""
        return unit(vectors @ self.weight + self.bias)

    def inverse(self, mapped: Vectors) -> Vectors:
        """The encoder's vectors (n, d) of unit length that these were mapped from.

        With the length s that was divided by, the vector is `s * direction - origin`. It has unit length, so s is a
        root of a quadratic equation: the larger one, as the origin of the map lies within the unit sphere.
        """
        direction, origin = mapped @ self._inverse, self._origin
        square, half = np.einsum("nd,nd->n", direction, direction), direction @ origin
        root = np.sqrt(np.maximum(half * half - square * (origin @ origin - 1), 0))
        length = (half + root) / np.maximum(square, np.finfo(np.float32).tiny)
        return unit(length[:, None] * direction - origin)
