"""Traditional Chinese → Simplified before tokenising, so that a sentence has the same tokens in either script."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_KANA = re.compile(r"[\u3040-\u30ff]")
#: 著 is the Traditional form of 着, except in words such as 著名, where it is 著 in both scripts.
_DURATIVE = re.compile(r"著(?![名作称述])")


def fold_script(text: str) -> str:
    """Replace Traditional characters by their Simplified forms, one for one, so character offsets do not change.

    Text with kana is Japanese and stays unchanged: its kanji coincide with Traditional characters.
    """
    if text.isascii() or _KANA.search(text):
        return text
    return _DURATIVE.sub("着", text.translate(_simplified()))


@cache
def _simplified() -> dict[int, str]:
    """Traditional code point → its most frequent Simplified character (OpenCC's TSCharacters.txt)."""
    table = {}
    for line in (files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8").splitlines():
        traditional, simplified = line.split("\t")
        first = simplified.split()[0]
        if len(traditional) == len(first) == 1:
            table[ord(traditional)] = first
    # Two steps where the table maps to a character that is itself Traditional: 薴 → 苧 → 苎. So folding is idempotent.
    return {traditional: table.get(ord(form), form) for traditional, form in table.items()}
