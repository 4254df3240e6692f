"""The words that a text is about, in any script: what topics are described with.

A word is a run of letters and digits in scripts that write spaces (German compounds stay whole, "e-mail" and "don't"
too) and what rjieba cuts in Chinese. Function words of the languages in `words/stopwords-*.txt` are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from models.script import fold_script
from pipelines.clean.personal_data import CARD, EMAIL, IBAN, PHONE, mask
from saywhy.text import normalise

_WORDS = Path(__file__).with_name("words")
# Han is cut by a dictionary; scripts that write no spaces and have none here stay in the runs they are written in.
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:['’&.+-][^\W_{_HAN}]+)*")
#: Articles and pronouns that French and Italian write together with the next word.
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|un|quell|(?:d|n|s)?[aeu]ll)['’](?=\w{2})", re.IGNORECASE)
_MASKED = re.compile("|".join(map(re.escape, (CARD, EMAIL, IBAN, PHONE))))
_IS_HAN = re.compile(f"[{_HAN}]")


def words(text: str, language: str | None = None) -> list[str]:
    """The words of a text in their order and case, without stop words and bare numbers.

    Never empty for a text that says anything: where nothing but stop words is left, they are the words, and where
    there are no words at all (an emoji), the text itself is.
    """
    text = normalise(text)
    spoken = list(_split(text))
    return _telling(spoken, language) or spoken or text.split()


def says_something(text: str, language: str | None) -> bool:
    """Whether there is more than function words in a text. An emoji says something, too."""
    spoken = False
    for word in _split(normalise(text)):
        if _telling([word], language):
            return True
        spoken = True
    return not spoken


@cache
def stop_words(language: str | None) -> frozenset[str]:
    """The function words of a language (`zh-Hant` as `zh`), case-folded; none for a language without a list."""
    path = _WORDS / f"stopwords-{(language or 'und').split('-')[0]}.txt"
    return frozenset(path.read_text("utf-8").casefold().split()) if path.exists() else frozenset()


def describe(texts: Sequence[str], languages: Sequence[str | None]) -> list[str]:
    """Each text as its case-folded words between spaces, for a vectoriser to count; no personal data among them."""
    return [
        " ".join(word.casefold() for word in words(_MASKED.sub(" ", mask(text)[0]), language))
        for text, language in zip(texts, languages, strict=True)
    ]


def surface_forms(texts: Iterable[str]) -> dict[str, str]:
    """Case-folded word → how it is mostly written in these texts, so that "Rechnung" is no "rechnung"."""
    seen: dict[str, Counter[str]] = {}
    for text in texts:
        for word in _split(normalise(text)):
            seen.setdefault(word.casefold(), Counter())[word] += 1
    return {folded: min(forms, key=lambda form: (-forms[form], form)) for folded, forms in seen.items()}


def _split(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        run = match.group()
        run = _ELIDED.sub("", run) or run
        if _IS_HAN.match(run):
            yield from _cut(run)
        else:
            yield run


def _telling(spoken: Iterable[str], language: str | None) -> list[str]:
    ignored = stop_words(language)
    return [word for word in spoken if word.casefold() not in ignored and not word.isdecimal()]


def _cut(run: str) -> Iterator[str]:
    """Words of a run of Chinese characters.

    The dictionary knows Simplified Chinese, so Traditional is cut where its Simplified form is.
    """
    import rjieba

    at = 0
    for word in rjieba.cut(fold_script(run)):
        yield run[at : at + len(word)]
        at += len(word)


def convert(text: str, script: str) -> str:
    """Chinese in the other script: `zh-Hans` Simplified, `zh-Hant` Traditional as written in Taiwan."""
    converted: str = _converter("t2s" if script == "zh-Hans" else "s2tw").convert(text)
    return converted


@cache
def _converter(direction: str):  # type: ignore[no-untyped-def]
    from opencc import OpenCC

    return OpenCC(direction)
