"""Tells Simplified Chinese, Traditional Chinese and Japanese apart."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.resources import files

from pipelines.clean.scripts import JAPANESE, script_of


def detect_han(text: str, hint: str | None) -> str:
    """`ja`, `zh-Hans` or `zh-Hant`, for a text mostly in Han characters or kana.

    `hint` is a code of `language_tags.parse_tag`, or None.
    """
    characters = Counter(character for character in text if character.isalpha())
    kana = {character for character in characters if script_of(character) in JAPANESE}
    simplified, traditional, japanese = _characters_of_one_orthography()
    # A single の is fashionable in Chinese names of shops and goods.
    if kana - {"の"} or (hint == "ja" and kana) or characters.keys() & japanese:
        return "ja"
    balance = sum(n * ((c in traditional) - (c in simplified)) for c, n in characters.items())
    if balance:
        return "zh-Hant" if balance > 0 else "zh-Hans"
    return hint if hint in ("zh-Hans", "zh-Hant", "ja") else "zh-Hans"


@cache
def _characters_of_one_orthography() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The characters that only Simplified, only Traditional, and only Japanese has, from the tables of OpenCC."""
    dictionary = files("opencc") / "dictionary"

    def read(name: str) -> dict[str, list[str]]:
        lines = (dictionary / name).read_text(encoding="utf-8").splitlines()
        return {key: forms.split() for key, _, forms in (line.partition("\t") for line in lines) if forms}

    to_traditional, to_simplified = read("STCharacters.txt"), read("TSCharacters.txt")
    simplified = frozenset(key for key, forms in to_traditional.items() if key not in forms)
    traditional = frozenset(key for key, forms in to_simplified.items() if key not in forms)
    variants = {form for forms in read("JPVariants.txt").values() for form in forms}
    japanese = frozenset(
        c for c in variants - simplified - traditional if not (_is_in(c, "gb2312") or _is_in(c, "big5"))
    )
    return simplified - traditional, traditional - simplified, japanese


def _is_in(character: str, charset: str) -> bool:
    """Whether a character set, that of a Chinese orthography, contains the character."""
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
