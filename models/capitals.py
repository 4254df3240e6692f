"""Text in capitals → lower case before it is read: "THE DRIVER WAS RUDE" says what "the driver was rude" says."""

from __future__ import annotations

import re

#: A text in which more than this share of the cased letters are capitals is shouted; one with names hardly ever is.
_SHOUTED_SHARE = 0.5

#: In other texts only words of five or more letters are folded, none of them a small Latin one: short words in
#: capitals are mostly abbreviations (GPS, IBAN, DHL).
_SHOUTED_WORD = re.compile(r"\b[^\W\d_a-zß-öø-ÿ]{5,}\b")


def fold_capitals(text: str) -> str:
    """The text with shouted words in lower case, character for character, so that offsets do not change."""
    capitals = sum(map(str.isupper, text))
    if capitals < 2:
        return text
    if capitals > _SHOUTED_SHARE * (capitals + sum(map(str.islower, text))):
        return _lower(text)
    return _SHOUTED_WORD.sub(lambda word: _lower(word[0]) if word[0].isupper() else word[0], text)


def _lower(text: str) -> str:
    """Lower case, but for the few characters whose lower case is longer (İ)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)
