"""Misspelt copies of texts, so that the model also learns words that are not spelt as in a dictionary."""

from __future__ import annotations

import re

import numpy as np

#: Share of the longer words that are misspelt in a text with typos.
_WORD_SHARE = 0.25
#: A word that is long enough to be recognised with a typo; scripts without case or accents have no letters to swap.
_WORD = re.compile(r"[^\W\d_]{4,}")
_LAST_ALPHABETIC = "\u024f"  # the end of Latin Extended-B


def misspell(text: str, generator: np.random.Generator) -> str:
    """The text with typos in a quarter of its longer words of Latin letters: letters are swapped, missing or doubled.

    The first letter of a word stays, as in most typos of people (Damerau 1964, A technique for computer detection and
    correction of spelling errors, which names these kinds).
    """
    return _WORD.sub(lambda match: _misspelt(match[0], generator), text)


def _misspelt(word: str, generator: np.random.Generator) -> str:
    if max(word) > _LAST_ALPHABETIC or generator.random() >= _WORD_SHARE:
        return word
    at = int(generator.integers(1, len(word) - 1))
    pair = word[at : at + 2]
    swapped, without_first, doubled = pair[::-1], pair[1], pair[0] + pair
    return word[:at] + str(generator.choice([swapped, without_first, doubled])) + word[at + 2 :]
