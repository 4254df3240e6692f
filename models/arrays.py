"""Array types of all packages, scaling to unit length, and the storage format of vectors."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: What a safetensors file of ours has, by name.
Tensors = dict[str, NDArray[np.float32]]

#: Missing index: no cluster, no part, no clause.
NONE = -1

#: Vectors shorter than this count as zero, which has no direction.
_MIN_LENGTH = 1e-9

#: The bits of a float32 that a float16 fills.
_SIGN_EXPONENT_MANTISSA = np.uint32(0x8FFFE000).view(np.int32)

_BIAS = np.float32(2.0 ** (127 - 15))

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
    return as_float32(np.frombuffer(packed, "<f2"))


def as_float32(half: NDArray[np.float16], out: NDArray[np.int32] | None = None) -> Vectors:
    """The same finite numbers as float32, of any shape, five times as fast as NumPy converts them. `out` is memory of
    the same shape that the result uses.

    The bits of a float16 are moved to where a float32 has sign, exponent and mantissa; then only the exponent is too
    small, by the difference of the biases, 127 - 15. Subnormal numbers become right by that as well.
    """
    bits = np.empty(half.shape, np.int32) if out is None else out
    np.copyto(bits, half.view(np.int16))  # which repeats the sign
    bits <<= 13
    bits &= _SIGN_EXPONENT_MANTISSA
    numbers = bits.view(np.float32)
    numbers *= _BIAS
    return numbers
