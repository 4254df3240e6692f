"""Texts as they are compared, and as they are shown."""

from __future__ import annotations

from saywhy.text import normalise, tidy


def test_what_is_shown_keeps_the_punctuation_of_its_script() -> None:
    """Invisible characters and white space at the ends go from both; only what is compared has narrow punctuation."""
    text = "  晚到，\u200b（两周）  "
    assert tidy(text) == "晚到，（两周）"
    assert normalise(text) == "晚到,(两周)"
