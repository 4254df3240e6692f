"""Scripts, and the languages that are written in each script other than Latin and Han."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

#: Most frequent language first: it is chosen unless a hint or `LETTERS` says another. Scripts are named by the first
#: word of the Unicode names of their characters.
LANGUAGES_OF_SCRIPT: Mapping[str, tuple[str, ...]] = {
    "CYRILLIC": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn"),
    "ARABIC": ("ar", "fa", "ur", "ps"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "HANGUL": ("ko",),
    "THAI": ("th",),
    "GREEK": ("el",),
    "HEBREW": ("he", "yi"),
    "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",),
    "BENGALI": ("bn", "as"),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "KANNADA": ("kn",),
    "MALAYALAM": ("ml",),
    "GUJARATI": ("gu",),
    "GURMUKHI": ("pa",),
    "SINHALA": ("si",),
    "LAO": ("lo",),
    "KHMER": ("km",),
    "MYANMAR": ("my",),
    "ETHIOPIC": ("am", "ti"),
}

#: Letters that within their script only this language has.
LETTERS = {"uk": "іїєґ", "be": "ў", "fa": "پچژگ", "ur": "ٹڈڑںے"}

JAPANESE = frozenset(("HIRAGANA", "KATAKANA"))
EAST_ASIAN = JAPANESE | {"CJK", "BOPOMOFO", "HANGUL"}


@lru_cache(maxsize=65536)
def script_of(character: str) -> str:
    """The script of a letter; "" for letters that belong to none, such as modifiers and mathematical letters."""
    name = unicodedata.name(character, "").replace("-", " ").split(" ", 1)[0]
    return "" if name in ("MODIFIER", "FEMININE", "MASCULINE", "IDEOGRAPHIC", "MATHEMATICAL") else name
