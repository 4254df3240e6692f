"""Text is read the same in any letter case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.annotator import Annotator
from models.clauses import split_clauses
from models.letter_case import capitalised, lower
from saywhy.feedback import Comment

_TEXTS = [
    ("The driver was RUDE. Never again, but my parcel arrived on Monday.", "en"),
    ("Die Lieferung vom 3. Mai kam nie an. Der Rückruf auch nicht, z. B. am Montag", "de"),
    ("Ça ne marche pas. Personne n'a répondu à mon e-mail", "fr"),
    ("客服VERY SLOW。App也总是崩溃", "zh-Hans"),
]


@given(st.text())
def test_offsets_do_not_change(text: str) -> None:
    """Text in lower case or with capitals has as many characters; changing it again changes nothing."""
    for change in (lower, capitalised):
        changed = change(text)
        assert len(changed) == len(text)
        assert change(changed) == changed


@pytest.mark.parametrize(("text", "expected"), [("İSTANBUL", "İstanbul"), ("GRÖSSE", "grösse"), ("ΟΔΟΣ", "οδος")])
def test_what_has_no_single_other_case_stays(text: str, expected: str) -> None:
    """Characters whose lower case is longer stay as they are."""
    assert lower(text).replace("ς", "σ") == expected.replace("ς", "σ")


@pytest.mark.parametrize(("text", "language"), _TEXTS)
@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_clauses_do_not_depend_on_case(text: str, language: str, change: object) -> None:
    """A sentence ends where it ends in ordinary writing, also where the next one has no capital."""
    assert callable(change)
    assert split_clauses(change(text), language) == split_clauses(text, language)


@pytest.mark.parametrize(("text", "language"), _TEXTS)
def test_annotations_do_not_depend_on_case(annotator: Annotator, text: str, language: str) -> None:
    """Sentiment, themes and vectors are equal in capitals, in lower case, and as written."""
    # One by one: in a batch, the last bits of a vector depend on the place of the text, on some processors.
    [as_written], [small], [capitals] = (
        annotator.annotate([Comment(written, language)]) for written in (text, text.lower(), text.upper())
    )
    assert small == as_written
    assert capitals == as_written
