"""Tells languages in Latin script apart, by the lingua library and lists of common words."""

from __future__ import annotations

import re
import time
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.clean.language_tags import UNDETERMINED
from pipelines.clean.scripts import LANGUAGES_OF_SCRIPT

if TYPE_CHECKING:
    from lingua import LanguageDetector

#: The languages that are told apart without a hint. Each additional one costs accuracy on short comments.
LATIN_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "tr", "vi", "id")

# Factors on the confidence of lingua. They were chosen on 10,972 labelled comments (benchmarks/clean.py prints the
# table): the accuracy rises from 88.6 % to 92.6 % below 25 characters, and from 99.7 % to 99.9 % from 60 on.
_PRIOR = {"en": 3.0, "de": 3.0, "fr": 2.0, "es": 2.0, "it": 2.0, "pt": 2.0, "nl": 2.0}
_WORD_FACTOR = 2.0  # for each common word of the language
_HINT_FACTOR = 5.0
_MAX_WORDS = 6  # common words that count

_CONFIDENT = 0.99  # with a higher share, the result of the fast detector is final
_MIN_SHARE = 0.2  # with a lower share, and neither a common word nor a hint, a guess would be noise ("asdf")
_MAX_CHARACTERS = 160  # more characters take time and do not improve accuracy

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def detect_latin(text: str, hint: str | None) -> str:
    """The code of the most probable language; `hint` is a code of `language_tags.parse_tag`, or None."""
    if hint is not None and hint not in LATIN_LANGUAGES:
        if any(hint in languages for languages in LANGUAGES_OF_SCRIPT.values()) or hint[:2] in ("zh", "ja"):
            hint = None  # a language in another script is no evidence about this text
        elif hint not in _lingua_names():
            return hint  # lingua does not know the language and can neither confirm nor refute it
    text = text[:_MAX_CHARACTERS]
    common_words = Counter(code for word in set(words_of(text)) for code in languages_by_word().get(word, ()))
    for accurate in (False, True):
        weights = {
            code: confidence
            * _PRIOR.get(code, 1.0)
            * _WORD_FACTOR ** min(common_words[code], _MAX_WORDS)
            * (_HINT_FACTOR if code == hint else 1.0)
            for code, confidence in _confidences(text, accurate, hint)
        }
        best = max(weights, key=weights.__getitem__)
        share = weights[best] / (sum(weights.values()) or 1.0)
        if share >= _CONFIDENT:
            return best
    return best if share >= _MIN_SHARE or common_words or hint else UNDETERMINED


def load(pause: float) -> None:
    """Load the models of lingua, which all detectors of the process share, language by language.

    `pause` is the number of seconds to sleep after each language.
    """
    from lingua import Language, LanguageDetectorBuilder

    names = _lingua_names()
    for code in LATIN_LANGUAGES[1:]:
        pair = LanguageDetectorBuilder.from_languages(Language.ENGLISH, getattr(Language, names[code]))
        for detector in (pair.build(), pair.with_low_accuracy_mode().build()):
            detector.compute_language_confidence_values("everything")
        time.sleep(pause)


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, with typewriter apostrophes."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


@cache
def languages_by_word() -> dict[str, list[str]]:
    """The languages in which a word is common (`words/common.toml`)."""
    lists = tomllib.loads((Path(__file__).parent / "words" / "common.toml").read_text(encoding="utf-8"))
    languages: dict[str, list[str]] = {}
    for code, words in lists.items():
        for word in words.split():
            languages.setdefault(word, []).append(code)
    return languages


def _confidences(text: str, accurate: bool, hint: str | None) -> list[tuple[str, float]]:
    """Each language with lingua's confidence, 0 … 1."""
    # A lone surrogate, as in broken exports, cannot be passed to lingua as UTF-8.
    encodable = text.encode("utf-8", "ignore").decode()
    additional = hint if hint not in LATIN_LANGUAGES else None
    codes = _codes_by_lingua_name()
    return [
        (codes[value.language.name], value.value)
        for value in _detector(accurate, additional).compute_language_confidence_values(encodable)
    ]


@cache
def _detector(accurate: bool, additional: str | None) -> LanguageDetector:
    """A detector of the languages above and an additional one; models load on first use, once per process."""
    from lingua import Language, LanguageDetectorBuilder

    names = _lingua_names()
    codes = (*LATIN_LANGUAGES, *([additional] if additional else []))
    builder = LanguageDetectorBuilder.from_languages(*(getattr(Language, names[code]) for code in codes))
    return (builder if accurate else builder.with_low_accuracy_mode()).build()


@cache
def _lingua_names() -> dict[str, str]:
    """Names in lingua by our codes, for every language in Latin script that lingua knows."""
    from lingua import Language

    names = {language.iso_code_639_1.name.lower(): language.name for language in Language.all_with_latin_script()}
    names["no"] = names["nb"]
    return names


@cache
def _codes_by_lingua_name() -> dict[str, str]:
    return {name: code for code, name in _lingua_names().items() if code not in ("nb", "nn")}
