"""One letter case: "THE DRIVER WAS RUDE" says what "The driver was rude" and "the driver was rude" say.

Character for character, so that offsets do not change: the few characters whose other case is longer (İ, ß) stay.
"""

from __future__ import annotations

import re

#: A word that may begin a sentence: not one after a single letter and a full stop ("e.g. this"), no abbreviation.
_WORD = re.compile(r"(?<!\b\w\. )(?<!\w)([^\W\d_])([^\W\d_]*+)(?!\.)")


def lower(text: str) -> str:
    """The text in lower case, with as many characters."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(other if len(other := character.lower()) == 1 else character for character in text)


def capitalised(text: str) -> str:
    """The words that may begin a sentence with a capital, all else in lower case; as many characters."""
    return _WORD.sub(lambda word: _upper(word[1]) + lower(word[2]), lower(text))


def _upper(character: str) -> str:
    return capital if len(capital := character.upper()) == 1 else character
