"""Detects the language of a comment.

The script decides if it belongs to one language or family (`scripts`). Languages in Latin script are told apart by the
lingua library and lists of common words (`latin`), zh-Hans, zh-Hant and Japanese by characters that only one
orthography has (`chinese`). Codes are BCP 47: `en`, `de`, `zh-Hans`, `zh-Hant`, …, `und` for undetermined.
"""

from __future__ import annotations

import re
from collections import Counter

from pipelines.clean import latin
from pipelines.clean.chinese import detect_han
from pipelines.clean.language_tags import UNDETERMINED, parse_tag
from pipelines.clean.scripts import EAST_ASIAN, LANGUAGES_OF_SCRIPT, LETTERS, script_of
from saywhy.text import normalise

# ASCII only: Chinese has no space between an address, a handle or a tag and the words around it.
_NOISE = re.compile(r"https?[\w:/.?=&%#~+-]*|www\.[\w:/.?=&%#~+-]+|[\w.+-]*@[\w.-]+|#\w+|<[a-z_-]+>", re.ASCII)


def detect(text: str, hint: str | None = None) -> str:
    """The language of a text as a BCP 47 code.

    `hint` is the language tag of the survey (`de-DE`, `zh-TW`, `ZH-S`, `pt_BR`, `English`). It decides if the text is
    ambiguous: an English answer to a German survey stays English. Without a hint, a text without letters or without
    evidence for any language is `und`.
    """
    hinted = parse_tag(hint)
    text = _NOISE.sub(" ", normalise(text))
    script = _dominant_script(text)
    if script is None:
        return hinted or UNDETERMINED
    if script == "LATIN":
        return latin.detect_latin(text, hinted)
    if script == "CJK":
        return detect_han(text, hinted)
    languages = LANGUAGES_OF_SCRIPT.get(script)
    if languages is None:
        return hinted or UNDETERMINED
    if hinted in languages:
        return hinted
    letters = set(text.casefold())
    return next((code for code in languages if not letters.isdisjoint(LETTERS.get(code, ""))), languages[0])


def load(pause: float = 0.0) -> None:
    """Load what `detect` needs (seconds, some 400 MB), so that the first comment does not wait for it.

    `pause` is the number of seconds to sleep between languages, in which other threads can run: lingua holds the
    interpreter lock while it loads one.
    """
    detect("好")
    latin.load(pause)


def _dominant_script(text: str) -> str | None:
    """The script of most letters ("CJK": Han, kana and bopomofo); None if there are no letters."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else None
    counts = Counter(script_of(character) for character in text if character.isalpha())
    del counts[""]
    east_asian = sum(counts[script] for script in EAST_ASIAN)
    if east_asian and counts["LATIN"]:
        # East Asian comments often contain brand names in Latin letters ("Galaxy Ultra 不错"), but no common words.
        common_words = sum(word in latin.languages_by_word() for word in latin.words_of(text))
        if common_words <= east_asian:
            del counts["LATIN"]
    for script in ("HIRAGANA", "KATAKANA", "BOPOMOFO"):
        counts["CJK"] += counts.pop(script, 0)
    script, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return script if count else None
