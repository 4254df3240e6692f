"""Text normalisation (standard library only)."""

from __future__ import annotations

import re
import unicodedata

# Zero-width characters and bidirectional marks; the joiner U+200D stays, because emoji need it.
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACE = re.compile(r"\s+")
_NUMBER_SEPARATOR = re.compile(r"(?<=\d)([.,:/])(?=\d)")


def normalise(text: str) -> str:
    """NFKC, invisible characters removed, white space folded to single spaces, ends stripped."""
    text = unicodedata.normalize("NFKC", text)
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def tidy(text: str) -> str:
    """A text as it is shown: NFC, invisible characters removed, white space folded to single spaces, ends stripped.

    Unlike `normalise` it leaves characters as they were written: the comma of Chinese stays as wide as its letters.
    """
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def fold(text: str) -> str:
    """Case-folded letters, marks, digits and emoji of a text, without spaces and punctuation.

    Two texts with the same result are the same text ("Great!!" and "great"). Separators inside numbers are kept ("1.5"
    is not "15"); skin tones and variation selectors of emoji are not.
    """
    pieces = _NUMBER_SEPARATOR.split(normalise(text).casefold())
    # The pieces at odd positions are separators inside numbers.
    folded = [piece if i % 2 else piece.translate(_CHARACTERS) for i, piece in enumerate(pieces)]
    return unicodedata.normalize("NFKC", "".join(folded))  # characters that were apart may now compose


def is_storable(text: str) -> bool:
    """Whether databases can store a text, or be asked for it: without NUL and unpaired surrogates."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def counted(count: int, noun: str) -> str:
    """`1 row`, `1,200 rows`: for messages in English; the sentences of reports are in `pipelines.render`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


class _CharacterTable(dict[int, str]):
    """Translation table for `str.translate`: the character itself, or nothing; filled on demand."""

    def __missing__(self, code: int) -> str:
        category = unicodedata.category(chr(code))
        self[code] = chr(code) if (category[0] in "LMN" or category == "So") and code != 0xFE0F else ""
        return self[code]


_CHARACTERS = _CharacterTable()
