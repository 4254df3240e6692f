"""Array types of all packages, scaling to unit length, and the storage format of vectors."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Missing index: no cluster, no part, no clause.
NONE = -1

#: Vectors shorter than this count as zero, which has no direction.
_MIN_LENGTH = 1e-9

_Real = TypeVar("_Real", np.float32, np.float64)


def unit(vectors: NDArray[_Real], out: NDArray[_Real] | None = None) -> NDArray[_Real]:
    """The vectors (d,) or (n, d), scaled to length 1; zero vectors stay zero. `out` may be `vectors` (in place)."""
    length = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _MIN_LENGTH)
    scaled: NDArray[_Real] = np.divide(vectors, length, out=out)
    return scaled


def pack(vectors: Vectors) -> bytes:
    """Storage format of vectors of any shape: float16, little-endian, row by row."""
    return vectors.astype("<f2").tobytes()


def unpack(packed: bytes | bytearray) -> Vectors:
    """Inverse of `pack`, as one flat array (values,); reshape it if there were several vectors."""
    return np.frombuffer(packed, "<f2").astype(np.float32)
