"""Text normalisation. Standard library only, so that every floor can share it."""

from __future__ import annotations

import re
import unicodedata

# Zero-width and bidirectional marks that carry no meaning in feedback; the emoji joiner U+200D stays.
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACE = re.compile(r"\s+")
_SIGN_IN_NUMBER = re.compile(r"(?<=\d)([.,:/])(?=\d)")


def normalise(text: str) -> str:
    """NFKC, invisible characters removed, white space folded to single spaces, ends stripped."""
    text = unicodedata.normalize("NFKC", text)
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def fold(text: str) -> str:
    """What is left of a text when case, spaces and punctuation do not count: letters, marks, digits and emoji.

    For telling whether two texts are the same ("Great!!" and "great"). Signs inside numbers count ("1.5" is not "15");
    skin tones and variation selectors of emoji do not.
    """
    pieces = _SIGN_IN_NUMBER.split(normalise(text).casefold())
    # Every second piece is such a sign.
    kept = [piece if at % 2 else piece.translate(_KEPT) for at, piece in enumerate(pieces)]
    return unicodedata.normalize("NFKC", "".join(kept))  # what was parted may compose now


class _Kept(dict[int, str]):
    """What is kept of each character, found out once: the character or nothing."""

    def __missing__(self, code: int) -> str:
        category = unicodedata.category(chr(code))
        self[code] = chr(code) if (category[0] in "LMN" or category == "So") and code != 0xFE0F else ""
        return self[code]


_KEPT = _Kept()
