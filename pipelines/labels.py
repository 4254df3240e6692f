"""What a topic is called: a clause that a customer wrote, the one that says best what all of them say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.keywords import words
from pipelines.privacy import mask
from saywhy.text import normalise

#: A topic that has this share of its clauses in English is labelled in English, the pages' default language.
_ENGLISH_SHARE = 0.2
_LONGEST = 60  # columns; a Chinese character takes two
_CANDIDATES = 50
_QUOTES = '"“”„«»「」『』'
# What a clause begins with only because of the one before it.
_OPENING = re.compile(
    r"^(?:(?:and|but|so|also|because|however|although|though|yet|plus|then|and then|that|which|where|while|since"
    r"|und|aber|doch|denn|weil|dass|da|allerdings|jedoch|leider|außerdem|sondern|obwohl|wobei|dann|zudem|deshalb"
    r"|et|mais|car|donc|puis|cependant|pero|y|porque|aunque|ma|e|però|mas|porém|maar|en|want)\b[\s,]+"
    r"|(?:但是|但|不过|不過|而且|并且|並且|所以|因为|因為|然后|然後|可是|只是|就是|还有|還有|另外|而|也|还|還)[，,]?)+",
    re.IGNORECASE,
)
_ENDS = " \t.,;:!?…。，；：！？、~～-–—()（）*"


def label_topic(
    texts: Sequence[str],
    languages: Sequence[str | None],
    counts: Sequence[int],
    central: NDArray[np.float64],
    keywords: Mapping[str, float],
    taken: Collection[str],
) -> str:
    """A short clause out of `texts`: central, short, and with many of the topic's keywords in it.

    `central` is each text's similarity to the centroid, `keywords` are weights by case-folded word, `taken` the labels
    of other topics. Texts with personal data in them are not used, unless masked where there are no others.
    """
    language = _language(languages, counts)
    places = [place for place, spoken in enumerate(languages) if spoken == language]
    places.sort(key=lambda place: -central[place])
    scored = []
    for place in places[:_CANDIDATES]:
        masked, _ = mask(texts[place])
        label = tidy(masked)
        said = {word.casefold() for word in words(masked, language)}
        covered = sum(keywords.get(word, 0.0) for word in said) / max(sum(keywords.values()), 1e-9)
        score = central[place] + covered - _unfit(label) - (masked != texts[place])
        scored.append((-score, label))
    free = [label for _, label in sorted(scored) if label not in taken]
    return free[0] if free else min(scored)[1]


def tidy(clause: str) -> str:
    """A clause as a heading: no opening conjunction, no closing punctuation, a capital letter, at most 60 columns."""
    clause = normalise(clause)
    if sum(clause.count(quote) for quote in _QUOTES) % 2:  # a quotation that another clause begins or ends
        clause = clause.translate(dict.fromkeys(map(ord, _QUOTES)))
    clause = clause.strip(_ENDS)
    shorter = _OPENING.sub("", clause).strip(_ENDS)
    clause = shorter if _width(shorter) >= 4 else clause
    if _width(clause) > _LONGEST:
        clause = _shorten(clause)
    return clause[:1].upper() + clause[1:]


def _language(languages: Sequence[str | None], counts: Sequence[int]) -> str | None:
    share: Counter[str | None] = Counter()
    for language, count in zip(languages, counts, strict=True):
        share[language] += count
    if share["en"] >= _ENGLISH_SHARE * share.total():
        return "en"
    return min(share, key=lambda language: (-share[language], language or ""))


def _unfit(label: str) -> float:
    """How far a label is from 10 to 45 columns: a word says too little, a long sentence is not read."""
    width = _width(label)
    return max(0, 10 - width) * 0.05 + max(0, width - 45) * 0.02 + label.endswith("…") * 0.2


def _width(text: str) -> int:
    return sum(2 if "\u2e80" <= character <= "\uffef" else 1 for character in text)


def _shorten(clause: str) -> str:
    """Cut at the last space, or the last character where there is none, that leaves room for an ellipsis."""
    while _width(clause) > _LONGEST - 1:
        head, space, _ = clause.rpartition(" ")
        clause = head if space and _width(head) >= _LONGEST // 2 else clause[:-1]
    return clause.rstrip(_ENDS) + "…"
