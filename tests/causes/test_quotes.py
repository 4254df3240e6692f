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
    """The clause that stands for most others comes first; then one of another aspect with several clauses, and not an
    outlier that is merely different.
    """
    middle, neighbour, echo = (1, 0, 0.1), (1, 0.2, 0), (1, -0.03, 0.1)
    outlier, aspect, same_aspect = (0.3, 1, 0), (0.3, 0, 1), (0.3, 0.1, 1)
    clauses = rows(neighbour, outlier, aspect, middle, echo, same_aspect)
    first, second = choose(clauses, ["en"] * 6, np.zeros(6, np.int64), 2)
    assert first in (3, 4)
    assert second in (2, 5)


def test_near_duplicates_are_skipped() -> None:
    """Clauses that repeat a chosen one are skipped, even if fewer than `count` are chosen."""
    assert len(choose(rows((1, 0.0), (1, 0.01), (1, 0.02)), ["en"] * 3, np.zeros(3, np.int64), 3)) == 1


def test_every_frequent_language_has_a_quote() -> None:
    """Two languages with a tenth of the clauses each get a quote before the majority gets its second."""
    angles = np.concatenate([np.linspace(0, 2, 16), [3.0, 3.1, 4.5, 4.6]])
    languages = ["en"] * 16 + ["de"] * 2 + ["zh-Hans"] * 2
    chosen = choose(
        rows(*np.stack([np.cos(angles), np.sin(angles)], axis=1).tolist()), languages, np.zeros(20, np.int64), 4
    )
    assert sorted(languages[index] for index in chosen) == ["de", "en", "en", "zh-Hans"]


def test_a_clause_that_misses_a_requirement_comes_last() -> None:
    """It is chosen only where nothing else is left, however central it is."""
    vectors = rows((1, 0.9), (1, 0.0), (0.0, 1))
    assert choose(vectors, ["en"] * 3, np.array([1, 0, 0]), 3)[-1] == 0


@given(st.integers(0, 12), st.integers(1, 6), st.integers(0, 99))
def test_chooses_without_repeating(members: int, count: int, seed: int) -> None:
    """Never more than `count` or than there are, never the same twice, and the same result for the same input."""
    vectors = np.random.default_rng(seed).normal(size=(members, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    languages = ["en", "de"] * members
    missed = np.arange(members) % 3
    chosen = choose(vectors, languages[:members], missed, count)
    assert len(chosen) == len(set(chosen)) <= min(members, count)
    assert chosen == choose(vectors, languages[:members], missed, count)
