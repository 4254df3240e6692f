"""How quotes are chosen and cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines.causes.quotes import choose, excerpt


def unit(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    """Rows of unit length."""
    vectors = np.array(rows, dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_central_first_then_different() -> None:
    """The member nearest to the middle comes first; its close neighbour gives way to another aspect, and a stray that
    has nothing to do with the others does not get in for being different.
    """
    neighbour, stray, aspect, middle, echo = (1, 0.4, 0), (-1, 0.2, 0.1), (1, -0.1, 0.7), (1, 0, 0.1), (1, -0.03, 0.1)
    assert choose(unit(neighbour, stray, aspect, middle, echo), ["en"] * 5, 2) == [3, 2]


def test_nearly_the_same_words_once() -> None:
    """Members that repeat a chosen one are passed over, even where places stay empty."""
    assert len(choose(unit((1, 0.0), (1, 0.01), (1, 0.02)), ["en"] * 3, 3)) == 1


def test_every_language_with_enough_members_is_heard() -> None:
    """Two languages with a tenth of the members each get a quote before the majority gets its second."""
    angles = np.linspace(0, 2, 20)
    languages = ["en"] * 16 + ["de"] * 2 + ["zh-Hans"] * 2
    chosen = choose(unit(*np.stack([np.cos(angles), np.sin(angles)], axis=1).tolist()), languages, 4)
    assert sorted(languages[place] for place in chosen) == ["de", "en", "en", "zh-Hans"]


@given(st.integers(0, 12), st.integers(1, 6), st.integers(0, 99))
def test_chooses_without_repeating(members: int, count: int, seed: int) -> None:
    """Never more than asked for or than there are, never the same twice, and the same again for the same input."""
    vectors = np.random.default_rng(seed).normal(size=(members, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    languages = ["en", "de"] * members
    chosen = choose(vectors, languages[:members], count)
    assert len(chosen) == len(set(chosen)) <= min(members, count)
    assert chosen == choose(vectors, languages[:members], count)


def test_short_comments_are_quoted_whole() -> None:
    """A comment that fits is left as it was written, white space and all."""
    assert excerpt("Slow\n support.", 0, 4) == ("Slow\n support.", 0, 4)


@pytest.mark.parametrize("filler", ["more words here ", "很多其他的话，", "x" * 16])
def test_long_comments_are_cut_around_their_clause(filler: str) -> None:
    """The clause stays whole and marked, cut ends are marked, and the length is readable in any script."""
    clause = "the export timed out"
    text = filler * 40 + clause + filler * 40
    cut, start, end = excerpt(text, len(filler) * 40, len(filler) * 40 + len(clause))
    assert cut[start:end] == clause
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert cut[1:-1] in text
    assert 100 < len(cut) <= 282


def test_an_endless_clause_is_cut_too() -> None:
    """Where the clause alone is too long its beginning is shown, all of it marked."""
    cut, start, end = excerpt("前" + "慢" * 500 + "后", 1, 501)
    assert cut == "…" + "慢" * 140 + "…"
    assert (start, end) == (1, 141)


def test_cutting_never_halves_personal_data() -> None:
    """An address across the cut is masked before it is cut."""
    text = "a" * 200 + " someone.with.a.very.long.name@example.com " + "b " * 20 + "slow support" + " c" * 200
    start = text.index("slow support")
    cut, first, last = excerpt(text, start, start + 12)
    assert cut[first:last] == "slow support"
    assert "example.com" not in cut
    assert "long.name" not in cut


@given(st.text(max_size=600), st.data())
def test_the_mark_stays_inside(text: str, data: st.DataObject) -> None:
    """Whatever the text, the mark lies within the excerpt, which is no longer than allowed."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cut, first, last = excerpt(text, start, end)
    assert 0 <= first <= last <= len(cut) <= 282
