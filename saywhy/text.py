"""Text normalisation. Standard library only, so that every floor can share it."""

from __future__ import annotations

import re
import unicodedata

# Zero-width and bidirectional marks that carry no meaning in feedback; the emoji joiner U+200D stays.
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """NFKC, invisible characters removed, white space folded to single spaces, ends stripped."""
    text = unicodedata.normalize("NFKC", text)
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def fold(text: str) -> str:
    """What is left of a text when case, spaces and punctuation do not count: letters, marks, digits and emoji.

    For telling whether two texts are the same ("Great!!" and "great"). Signs inside numbers count ("1.5" is not "15");
    skin tones and variation selectors of emoji do not.
    """
    text = normalise(text).casefold()
    kept = []
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        if category[0] in "LMN" or category == "So":
            if character != "\ufe0f":
                kept.append(character)
        elif character in ".,:/" and text[index - 1 : index].isdecimal() and text[index + 1 : index + 2].isdecimal():
            kept.append(character)
    return unicodedata.normalize("NFKC", "".join(kept))  # what was parted may compose now
