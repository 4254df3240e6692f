"""How long comments are cut around a clause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.causes.excerpt import excerpt


def test_short_comments_are_quoted_whole() -> None:
    """A comment that fits is not changed, white space included."""
    assert excerpt("Slow\n support.", 0, 4) == ("Slow\n support.", 0, 4, ())


@pytest.mark.parametrize("filler", ["more words here ", "很多其他的话，", "x" * 16])
def test_long_comments_are_cut_around_their_clause(filler: str) -> None:
    """The clause stays whole, its offsets are right, cut ends are marked, and the length is limited in any script."""
    clause = "the export timed out"
    text = filler * 40 + clause + filler * 40
    cut, start, end, _ = excerpt(text, len(filler) * 40, len(filler) * 40 + len(clause))
    assert cut[start:end] == clause
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert cut[1:-1] in text
    assert 100 < len(cut) <= 282


def test_a_clause_that_is_too_long_is_cut() -> None:
    """Where the clause alone is too long its beginning is shown, and the offsets cover all of it."""
    cut, start, end, _ = excerpt("前" + "慢" * 500 + "后", 1, 501)
    assert cut == "…" + "慢" * 140 + "…"
    assert (start, end) == (1, 141)


def test_cutting_never_halves_personal_data() -> None:
    """An address across the cut is masked before cutting."""
    text = "a" * 200 + " someone.with.a.very.long.name@example.com " + "b " * 20 + "slow support" + " c" * 200
    start = text.index("slow support")
    cut, first, last, _ = excerpt(text, start, start + 12)
    assert cut[first:last] == "slow support"
    assert "example.com" not in cut
    assert "long.name" not in cut


@given(st.text(max_size=600), st.data())
def test_the_offsets_stay_inside(text: str, data: st.DataObject) -> None:
    """For any text, the clause lies within the excerpt, which is no longer than allowed."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cut, first, last, _ = excerpt(text, start, end)
    assert 0 <= first <= last <= len(cut) <= 282


def test_a_quote_shows_what_was_read() -> None:
    """Markup and quoted mail are left out; the offsets are those of the clause in the quote."""
    verbatim = "<p>Slow sup\u00adport.</p>\n> Was it fast?"
    text, start, end, _ = excerpt(verbatim, 3, 17)
    assert (text.strip(), text[start:end]) == ("Slow support.", "Slow support.")


def test_names_of_staff_are_marked_and_not_masked_yet() -> None:
    """They are where the quote says they are, also where it is cut; a customer's name is masked."""
    verbatim = (
        "My name is Helen Ashworth. " + "more words here " * 30 + "Anja from support was slow. " + "and so on " * 40
    )
    start = verbatim.index("Anja")
    text, _, _, staff = excerpt(verbatim, start, start + 26)
    assert [text[first:last] for first, last in staff] == ["Anja"]
    assert "Ashworth" not in text
