"""Arrays that all packages share: their types, vectors of unit length, and how vectors are stored."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: What stands for "none" in arrays of indices: no cluster, no part, no clause.
NONE = -1

#: Shorter vectors are taken for zero, which has no direction.
_SHORTEST = 1e-9

_Real = TypeVar("_Real", np.float32, np.float64)


def unit(vectors: NDArray[_Real], out: NDArray[_Real] | None = None) -> NDArray[_Real]:
    """The vectors (d,) or (n, d) scaled to length 1; zeros stay zeros. `out` may be `vectors`, to save a copy."""
    length = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _SHORTEST)
    scaled: NDArray[_Real] = np.divide(vectors, length, out=out)
    return scaled


def pack(vectors: Vectors) -> bytes:
    """Vectors of any shape as the store keeps them: float16, little endian, row by row."""
    return vectors.astype("<f2").tobytes()


def unpack(packed: bytes | bytearray) -> Vectors:
    """What `pack` wrote, as one row (values,): reshape it where there were several."""
    return np.frombuffer(packed, "<f2").astype(np.float32)
