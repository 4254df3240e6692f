"""Where topics lie in the plane."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.arrays import Floats, Vectors, unit
from pipelines.topics.plane import plane

WIDTH, HEIGHT = 1000.0, 600.0


def vectors(count: int, seed: int = 0) -> Vectors:
    """Unit vectors in all directions."""
    return unit(np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32))


def overlap(places: Floats, radii: Floats) -> float:
    """By how much the two circles overlap that overlap most; negative if none do."""
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    return float((radii[:, None] + radii[None] - apart).max())


@given(count=st.integers(2, 40), seed=st.integers(0, 1000), are_equal=st.booleans())
def test_circles_lie_inside_and_not_on_each_other(count: int, seed: int, are_equal: bool) -> None:
    """Of all sizes, also where all vectors are the same, or are zero."""
    of_topics = np.zeros((count, 16), dtype=np.float32) if are_equal else vectors(count, seed)
    radii = np.random.default_rng(seed).uniform(4, 45, size=count)
    places = plane(of_topics, radii, WIDTH, HEIGHT, margin=2)
    assert (places >= radii[:, None]).all()
    assert (places <= np.array([WIDTH, HEIGHT]) - radii[:, None]).all()
    assert overlap(places, radii) < 0.5


def test_what_is_alike_lies_near() -> None:
    """Of three groups of five, each topic is nearer to all of its own than the mean of the others is."""
    centres = vectors(3, seed=1)
    of_topics = unit(np.repeat(centres, 5, axis=0) + 0.15 * vectors(15, seed=2))
    places = plane(of_topics, np.full(15, 8.0), WIDTH, HEIGHT)
    group = np.repeat(np.arange(3), 5)
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    is_own = group[:, None] == group[None]
    assert apart[is_own].mean() < 0.5 * apart[~is_own].mean()


def test_the_same_topics_lie_in_the_same_places() -> None:
    """Today's map can be compared with yesterday's."""
    radii = np.linspace(5, 40, 20)
    assert (plane(vectors(20), radii, WIDTH, HEIGHT) == plane(vectors(20), radii, WIDTH, HEIGHT)).all()


@pytest.mark.parametrize("count", [1, 2])
def test_few_topics_have_places_too(count: int) -> None:
    """One is in the middle, two are at the sides."""
    across = plane(vectors(count), np.full(count, 10.0), WIDTH, HEIGHT)[:, 0]
    assert sorted(across.tolist()) == ([500.0] if count == 1 else [10.0, 990.0])
