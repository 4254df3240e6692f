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
