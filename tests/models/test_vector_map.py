"""The map of the vectors: unit length, and an inverse that survives the rounding of stored vectors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.arrays import Vectors, pack, unit, unpack
from models.vector_map import MAP_BIAS, MAP_WEIGHT, VectorMap


def _map(seed: int = 0) -> tuple[VectorMap, Vectors]:
    """A random map of eight dimensions, and vectors that lie around one direction, as those of an encoder do."""
    random = np.random.default_rng(seed)
    centre = unit(random.normal(size=8))
    vectors = unit((2 * centre + 0.3 * random.normal(size=(500, 8))).astype(np.float32))
    weight = (np.eye(8) + 0.3 * random.normal(size=(8, 8))).astype(np.float32)
    return VectorMap(weight, -vectors.mean(axis=0) @ weight), vectors


@pytest.mark.parametrize("seed", range(5))
def test_the_inverse_gives_back_what_was_mapped(seed: int) -> None:
    """Vectors that were mapped, and stored in half precision, are the same again to three digits."""
    vector_map, vectors = _map(seed)
    stored = unpack(pack(vector_map(vectors))).reshape(vectors.shape)
    assert np.abs(vector_map.inverse(stored) - vectors).max() < 2e-3


def test_mapped_vectors_have_unit_length() -> None:
    """What is stored has the length that all that reads it expects."""
    vector_map, vectors = _map()
    assert np.linalg.norm(vector_map(vectors), axis=1) == pytest.approx(1.0, abs=1e-5)


def test_tensors_of_half_precision_make_a_map_and_none_make_none() -> None:
    """A bundle without the tensors has no map."""
    vector_map, vectors = _map()
    tensors: dict[str, NDArray[np.generic]] = {
        MAP_WEIGHT: vector_map.weight.astype(np.float16),
        MAP_BIAS: vector_map.bias,
    }
    loaded = VectorMap.of(tensors)
    assert loaded is not None
    assert loaded(vectors) == pytest.approx(vector_map(vectors), abs=5e-3)
    assert VectorMap.of({}) is None


def test_no_vectors_are_mapped_to_none() -> None:
    """A survey without clauses has arrays without rows."""
    vector_map, vectors = _map()
    assert vector_map(vectors[:0]).shape == vector_map.inverse(vectors[:0]).shape == (0, 8)
