"""The content words of a text, in any script: what topics are described with.

A word is a run of letters and digits in scripts that write spaces (German compounds stay whole, "e-mail" and "don't"
too), and what rjieba segments in Chinese. Stop words of the languages in `words/stopwords-*.txt` are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from models.script import fold_script
from saywhy.text import normalise

#: Keywords that a topic has at most.
KEYWORDS_PER_TOPIC = 10

_WORD_LISTS = Path(__file__).with_name("words")
# Chinese is segmented by a dictionary. Other scripts without spaces, which have no dictionary here, stay whole runs.
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_IS_HAN = re.compile(f"[{_HAN}]")
_TOKEN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:['’&.+-][^\W_{_HAN}]+)*")
#: Articles and pronouns that French and Italian write together with the next word.
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|un|quell|(?:d|n|s)?[aeu]ll)['’](?=\w{2})", re.IGNORECASE)
#: Addresses and names on the web, which are no words.
WEB_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w+")


class Token(NamedTuple):
    """A word of a text, which is `text[start:end]`, without an elided article."""

    text: str
    start: int
    end: int


def words(text: str, language: str | None = None) -> list[str]:
    """The words of a text in their order and case, without stop words and bare numbers.

    Never empty for a text that is not blank: if there are only stop words, they are returned; if there are no words at
    all (an emoji), the text itself.
    """
    text = normalise(text)
    tokens = [token.text for token in tokens_of(text)]
    return _content_words(tokens, language) or tokens or text.split()


def has_content(text: str, language: str | None) -> bool:
    """Whether a text has more than stop words and numbers. One without any word, such as an emoji, has content too."""
    has_tokens = False
    for token in tokens_of(normalise(text)):
        if _content_words([token.text], language):
            return True
        has_tokens = True
    return not has_tokens


@cache
def stop_words(language: str | None) -> frozenset[str]:
    """The stop words of a language (`zh-Hant` as `zh`), case-folded; empty for a language without a list."""
    path = _WORD_LISTS / f"stopwords-{(language or 'und').split('-')[0]}.txt"
    return frozenset(path.read_text("utf-8").casefold().split()) if path.exists() else frozenset()


def to_documents(texts: Sequence[str], languages: Sequence[str | None]) -> list[str]:
    """Each text as its case-folded words separated by spaces, for a vectoriser to count, without personal data."""
    return [
        " ".join(word.casefold() for word in words(without_personal_data(text), language))
        for text, language in zip(texts, languages, strict=True)
    ]


def tokens_of(text: str) -> Iterator[Token]:
    """The words and numbers of a normalised text, in their order."""
    for match in _TOKEN.finditer(text):
        run, start = match.group(), match.start()
        if _IS_HAN.match(run):
            for word in _segment(run):
                yield Token(word, start, start + len(word))
                start += len(word)
        else:
            word = _ELIDED.sub("", run) or run
            yield Token(word, match.end() - len(word), match.end())


@lru_cache(maxsize=1 << 16)
def without_personal_data(text: str) -> str:
    """The text with a full stop for personal data and for web addresses, so that no phrase continues across them.

    Kept, because it takes a millisecond, and an analysis asks it of the same clauses for each cause that it divides.
    """
    # Imported where it is used: its expressions take a tenth of a second to compile, and `saywhy classify`, which
    # names causes of the library only, has no phrases to mask.
    from pipelines.clean.personal_data import mask

    return _masks().sub(" . ", mask(text)[0])


@cache
def _masks() -> re.Pattern[str]:
    """The placeholders of personal data, and web addresses."""
    from pipelines.clean.personal_data import PLACEHOLDERS

    return re.compile("|".join((*map(re.escape, PLACEHOLDERS), WEB_ADDRESS.pattern)))


def surface_forms(texts: Iterable[str]) -> dict[str, str]:
    """Case-folded word → its most common form in these texts, so that "rechnung" is shown as "Rechnung"."""
    counts: dict[str, Counter[str]] = {}
    for text in texts:
        for token in tokens_of(normalise(text)):
            counts.setdefault(token.text.casefold(), Counter())[token.text] += 1
    return {folded: min(forms, key=lambda form: (-forms[form], form)) for folded, forms in counts.items()}


def _content_words(tokens: Iterable[str], language: str | None) -> list[str]:
    ignored = stop_words(language)
    return [token for token in tokens if token.casefold() not in ignored and not token.isdecimal()]


def _segment(run: str) -> Iterator[str]:
    """The words of a run of Chinese characters.

    The dictionary is of Simplified Chinese, so Traditional is segmented where its Simplified form is.
    """
    import rjieba

    start = 0
    for word in rjieba.cut(fold_script(run)):
        yield run[start : start + len(word)]
        start += len(word)
