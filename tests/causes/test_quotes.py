"""How quotes are chosen."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.arrays import Vectors, unit
from pipelines.causes.quotes import choose


def rows(*vectors: tuple[float, ...]) -> Vectors:
    """Rows of unit length."""
    return unit(np.array(vectors, dtype=np.float32))


def test_central_first_then_different() -> None:
    """The clause nearest to the centroid comes first; instead of its close neighbour another aspect follows, and not an
    outlier that is merely different.
    """
    neighbour, outlier, aspect, middle, echo = (1, 0.4, 0), (-1, 0.2, 0.1), (1, -0.1, 0.7), (1, 0, 0.1), (1, -0.03, 0.1)
    assert choose(rows(neighbour, outlier, aspect, middle, echo), ["en"] * 5, 2) == [3, 2]


def test_near_duplicates_are_skipped() -> None:
    """Clauses that repeat a chosen one are skipped, even if fewer than `count` are chosen."""
    assert len(choose(rows((1, 0.0), (1, 0.01), (1, 0.02)), ["en"] * 3, 3)) == 1


def test_every_frequent_language_has_a_quote() -> None:
    """Two languages with a tenth of the clauses each get a quote before the majority gets its second."""
    angles = np.linspace(0, 2, 20)
    languages = ["en"] * 16 + ["de"] * 2 + ["zh-Hans"] * 2
    chosen = choose(rows(*np.stack([np.cos(angles), np.sin(angles)], axis=1).tolist()), languages, 4)
    assert sorted(languages[index] for index in chosen) == ["de", "en", "en", "zh-Hans"]


@given(st.integers(0, 12), st.integers(1, 6), st.integers(0, 99))
def test_chooses_without_repeating(members: int, count: int, seed: int) -> None:
    """Never more than `count` or than there are, never the same twice, and the same result for the same input."""
    vectors = np.random.default_rng(seed).normal(size=(members, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    languages = ["en", "de"] * members
    chosen = choose(vectors, languages[:members], count)
    assert len(chosen) == len(set(chosen)) <= min(members, count)
    assert chosen == choose(vectors, languages[:members], count)
