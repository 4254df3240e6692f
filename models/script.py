"""Both Chinese scripts read as one, so that a sentence gets the same answer in either."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_KANA = re.compile(r"[\u3040-\u30ff]")
#: 著 is the Traditional 着, but also a character of its own in words such as 著名.
_DURATIVE = re.compile(r"著(?![名作称述])")


def fold_script(text: str) -> str:
    """The text with Traditional characters replaced by their Simplified forms, one by one: offsets stay.

    Japanese, known by its kana, is left alone: its characters only look Traditional.
    """
    if text.isascii() or _KANA.search(text):
        return text
    return _DURATIVE.sub("着", text.translate(_simplified()))


@cache
def _simplified() -> dict[int, str]:
    """Traditional code point → the Simplified character that it most often stands for (OpenCC's table)."""
    table = {}
    for line in (files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8").splitlines():
        traditional, simplified = line.split("\t")
        first = simplified.split()[0]
        if len(traditional) == len(first) == 1:
            table[ord(traditional)] = first
    return {traditional: table.get(ord(form), form) for traditional, form in table.items()}  # 薴 → 苧 → 苎
