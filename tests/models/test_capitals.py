"""Shouted text is read like other text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.capitals import fold_capitals


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("THE DRIVER WAS RUDE", "the driver was rude"),
        ("LIEFERUNG KAM NIE AN!!! 2 Wochen gewartet", "lieferung kam nie an!!! 2 wochen gewartet"),
        ("ÇA NE MARCHE PAS", "ça ne marche pas"),
        ("The staff at the counter is RUDE and UNFRIENDLY", "The staff at the counter is RUDE and unfriendly"),
        ("My GPS and my IBAN were lost", "My GPS and my IBAN were lost"),
        ("Anna Berg in Bonn", "Anna Berg in Bonn"),
        ("送货 VERY SLOW", "送货 very slow"),
        ("", ""),
    ],
)
def test_shouted_words_are_folded(text: str, folded: str) -> None:
    """A text in capitals, or a long word in capitals, becomes lower case; names and abbreviations stay."""
    assert fold_capitals(text) == folded


@given(st.text())
def test_offsets_do_not_change(text: str) -> None:
    """The folded text has as many characters, and the same apart from case; folding it again changes nothing."""
    folded = fold_capitals(text)
    assert len(folded) == len(text)
    assert (
        folded.casefold() == text.casefold() or any(len(c.lower()) != 1 for c in text) or folded.upper() == text.upper()
    )
    assert fold_capitals(folded) == folded
