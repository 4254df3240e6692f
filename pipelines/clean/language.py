"""Which language a comment is written in.

The script decides where one language (or one family) owns it; lingua, helped by lists of common words, tells the
languages of the Latin script apart; the characters that exist in one orthography only tell zh-Hans from zh-Hant.
Codes are BCP 47: `en`, `de`, `zh-Hans`, `zh-Hant`, …, `und` where nothing can be told.
"""

from __future__ import annotations

import re
import time
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from saywhy.text import normalise

if TYPE_CHECKING:
    from lingua import LanguageDetector

UNDETERMINED = "und"

#: The languages of the Latin script that are told apart without a hint. Each one more costs accuracy on short comments.
LATIN_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "tr", "vi", "id")

#: The languages written in each other script, the most frequent first: it is chosen unless a hint or `_LETTERS` says
#: another. Scripts are named by the first word of their characters' Unicode names.
_LANGUAGES_OF_SCRIPT: Mapping[str, tuple[str, ...]] = {
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
#: Letters that give a language away within its script.
_LETTERS = {"uk": "іїєґ", "be": "ў", "fa": "پچژگ", "ur": "ٹڈڑںے"}

# Chosen on 10,972 labelled comments (benchmarks/clean.py prints the table): lingua alone tells 88.6 % of those under
# 25 characters right, with these weights 92.6 %; from 60 characters on, 99.7 % become 99.9 %.
_PRIOR = {"en": 3.0, "de": 3.0, "fr": 2.0, "es": 2.0, "it": 2.0, "pt": 2.0, "nl": 2.0}
_WORD_WEIGHT = 2.0
_HINT_WEIGHT = 5.0
_MOST_WORDS = 6
_SURE = 0.99  # of the fast detector, above which the accurate one is not asked
_TELLING = 0.2  # below it, and without a known word or a hint, a guess would be noise ("asdf")
_PREFIX = 160  # characters that are read: more add time, not accuracy

# ASCII only: in Chinese, no space parts an address, a handle or a tag from the words around it.
_NOISE = re.compile(r"https?[\w:/.?=&%#~+-]*|www\.[\w:/.?=&%#~+-]+|[\w.+-]*@[\w.-]+|#\w+|<[a-z_-]+>", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_JAPANESE = frozenset(("HIRAGANA", "KATAKANA"))
_EAST_ASIAN = _JAPANESE | {"CJK", "BOPOMOFO", "HANGUL"}


def detect(text: str, hint: str | None = None) -> str:
    """The language of a text, as a BCP 47 code; `und` where it has no letters, or tells nothing, and there is no hint.

    `hint` is the survey's own language tag (`de-DE`, `zh-TW`, `ZH-S`, `pt_BR`, `English`). It decides where the text
    does not: an English answer to a German survey stays English.
    """
    known = parse_tag(hint)
    text = _NOISE.sub(" ", normalise(text))
    script = _script_of(text)
    if script is None:
        return known or UNDETERMINED
    if script == "LATIN":
        return _detect_latin(text, known)
    if script == "CJK":
        return _detect_han(text, known)
    languages = _LANGUAGES_OF_SCRIPT.get(script)
    if languages is None:
        return known or UNDETERMINED
    if known in languages:
        return known
    letters = set(text.casefold())
    return next((code for code in languages if not letters.isdisjoint(_LETTERS.get(code, ""))), languages[0])


def load(pause: float = 0.0) -> None:
    """Load what `detect` needs (seconds, some 400 MB), so that the first comment does not wait for it.

    Lingua holds the interpreter while it loads. So this goes language by language (its models are shared by all
    detectors of the process), with that many seconds in between for other threads to work in.
    """
    from lingua import Language, LanguageDetectorBuilder

    detect("好")
    names = _lingua_names()
    for code in LATIN_LANGUAGES[1:]:
        pair = LanguageDetectorBuilder.from_languages(Language.ENGLISH, getattr(Language, names[code]))
        for detector in (pair.build(), pair.with_low_accuracy_mode().build()):
            detector.compute_language_confidence_values("everything")
        time.sleep(pause)


def detect_many(texts: Iterable[tuple[str, str | None]]) -> list[str]:
    """The languages of (text, hint) pairs, in their order."""
    return [detect(text, hint) for text, hint in texts]


@lru_cache(maxsize=1024)
def parse_tag(tag: str | None) -> str | None:
    """A survey tool's language tag or English language name as one of our codes; `None` where it says nothing.

    `de-DE` → `de`, `zh-TW` and `ZH-T` → `zh-Hant`, `zh` → `zh-Hans`, `nb-NO` → `no`, `German` → `de`.
    """
    subtags = re.split(r"[-_ ()]+", (tag or "").strip().rstrip(")").casefold())
    primary, rest = subtags[0], set(subtags[1:])
    if primary in ("zh", "cmn", "yue", "chinese", "中文", "简体中文", "繁體中文", "繁体中文"):
        traditional = rest & {"hant", "t", "tw", "hk", "mo", "cht", "traditional", "taiwan"}
        return "zh-Hant" if traditional or primary in ("yue", "繁體中文", "繁体中文") else "zh-Hans"
    if primary in ("nb", "nn"):
        return "no"
    if re.fullmatch(r"[a-z]{2,3}", primary):
        return None if primary in (UNDETERMINED, "mul", "zxx") else primary
    return _codes_by_name().get(primary)


def _script_of(text: str) -> str | None:
    """The script that most of the letters belong to ("CJK": Han and kana); `None` where there are no letters."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else None
    counts = Counter(_script(character) for character in text if character.isalpha())
    del counts[""]
    east = sum(counts[script] for script in _EAST_ASIAN)
    if east and counts["LATIN"]:
        # Brand names in Latin letters are usual in East Asian comments ("Galaxy Ultra 不错"), common words are not.
        common = sum(word in _languages_by_word() for word in _words(text))
        if common <= east:
            del counts["LATIN"]
    for script in ("HIRAGANA", "KATAKANA", "BOPOMOFO"):
        counts["CJK"] += counts.pop(script, 0)
    script, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return script if count else None


@lru_cache(maxsize=65536)
def _script(character: str) -> str:
    name = unicodedata.name(character, "").replace("-", " ").split(" ", 1)[0]
    return "" if name in ("MODIFIER", "FEMININE", "MASCULINE", "IDEOGRAPHIC", "MATHEMATICAL") else name


def _detect_han(text: str, hint: str | None) -> str:
    """Japanese, Simplified or Traditional Chinese."""
    characters = Counter(character for character in text if character.isalpha())
    kana = {character for character in characters if _script(character) in _JAPANESE}
    simplified, traditional, japanese = _orthographies()
    # A lone の is fashionable in Chinese names of shops and goods.
    if kana - {"の"} or (hint == "ja" and kana) or characters.keys() & japanese:
        return "ja"
    balance = sum(n * ((c in traditional) - (c in simplified)) for c, n in characters.items())
    if balance:
        return "zh-Hant" if balance > 0 else "zh-Hans"
    return hint if hint in ("zh-Hans", "zh-Hant", "ja") else "zh-Hans"


def _detect_latin(text: str, hint: str | None) -> str:
    if hint is not None and hint not in LATIN_LANGUAGES:
        if any(hint in languages for languages in _LANGUAGES_OF_SCRIPT.values()) or hint[:2] in ("zh", "ja"):
            hint = None  # a language of another script says nothing about this text
        elif hint not in _lingua_names():
            return hint  # nothing here can confirm or refute it
    text = text[:_PREFIX]
    hits = Counter(code for word in set(_words(text)) for code in _languages_by_word().get(word, ()))
    for accurate in (False, True):
        weights = {
            code: confidence
            * _PRIOR.get(code, 1.0)
            * _WORD_WEIGHT ** min(hits[code], _MOST_WORDS)
            * (_HINT_WEIGHT if code == hint else 1.0)
            for code, confidence in _confidences(text, accurate, hint)
        }
        best = max(weights, key=weights.__getitem__)
        share = weights[best] / (sum(weights.values()) or 1.0)
        if share >= _SURE:
            return best
    return best if share >= _TELLING or hits or hint else UNDETERMINED


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def _confidences(text: str, accurate: bool, hint: str | None) -> list[tuple[str, float]]:
    # A lone surrogate (broken export) cannot cross into lingua's UTF-8.
    readable = text.encode("utf-8", "ignore").decode()
    extra = hint if hint not in LATIN_LANGUAGES else None
    codes = _codes()
    return [
        (codes[value.language.name], value.value)
        for value in _detector(accurate, extra).compute_language_confidence_values(readable)
    ]


@cache
def _detector(accurate: bool, extra: str | None) -> LanguageDetector:
    """Lingua for the languages of the Latin script; its models load when they are first asked, once per process."""
    from lingua import Language, LanguageDetectorBuilder

    names = _lingua_names()
    languages = [getattr(Language, names[code]) for code in (*LATIN_LANGUAGES, *([extra] if extra else []))]
    builder = LanguageDetectorBuilder.from_languages(*languages)
    return (builder if accurate else builder.with_low_accuracy_mode()).build()


@cache
def _lingua_names() -> dict[str, str]:
    """Our code → lingua's name, for every language of the Latin script that lingua knows."""
    from lingua import Language

    latin = {language.iso_code_639_1.name.lower(): language.name for language in Language.all_with_latin_script()}
    latin["no"] = latin["nb"]
    return latin


@cache
def _codes() -> dict[str, str]:
    """Lingua's name → our code."""
    return {name: code for code, name in _lingua_names().items() if code not in ("nb", "nn")}


@cache
def _codes_by_name() -> dict[str, str]:
    """English and a few native names of languages, case-folded → our code."""
    from lingua import Language

    names = {language.name.casefold(): language.iso_code_639_1.name.lower() for language in Language.all()}
    return names | {"norwegian": "no", "bokmal": "no", "nynorsk": "no", "deutsch": "de", "français": "fr"}


@cache
def _languages_by_word() -> dict[str, list[str]]:
    lists = tomllib.loads((Path(__file__).parent / "words" / "common.toml").read_text(encoding="utf-8"))
    languages: dict[str, list[str]] = {}
    for code, words in lists.items():
        for word in words.split():
            languages.setdefault(word, []).append(code)
    return languages


@cache
def _orthographies() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The characters that only Simplified, only Traditional, and only Japanese writing has (from OpenCC's tables)."""
    dictionary = files("opencc") / "dictionary"

    def read(name: str) -> dict[str, list[str]]:
        lines = (dictionary / name).read_text(encoding="utf-8").splitlines()
        return {key: forms.split() for key, _, forms in (line.partition("\t") for line in lines) if forms}

    to_traditional, to_simplified = read("STCharacters.txt"), read("TSCharacters.txt")
    simplified = frozenset(key for key, forms in to_traditional.items() if key not in forms)
    traditional = frozenset(key for key, forms in to_simplified.items() if key not in forms)
    variants = {form for forms in read("JPVariants.txt").values() for form in forms}
    japanese = frozenset(c for c in variants - simplified - traditional if not (_fits(c, "gb2312") or _fits(c, "big5")))
    return simplified - traditional, traditional - simplified, japanese


def _fits(character: str, charset: str) -> bool:
    """Whether the character set of a Chinese orthography has the character at all."""
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
