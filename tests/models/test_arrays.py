"""Arrays that all packages use."""

from __future__ import annotations

import numpy as np

from models.arrays import as_float32


def test_half_precision_becomes_single_precision_unchanged() -> None:
    """Every finite number, subnormal ones and both zeros too, also where memory is used again."""
    numbers = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = numbers[np.isfinite(numbers)]
    expected = finite.astype(np.float32).view(np.uint32)
    assert np.array_equal(as_float32(finite).view(np.uint32), expected)
    assert np.array_equal(as_float32(finite, np.ones(finite.shape, np.int32)).view(np.uint32), expected)
