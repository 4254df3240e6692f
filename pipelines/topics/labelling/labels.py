"""What a topic is called: a clause that a customer wrote, the one that says best what all of them say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.clean.personal_data import mask
from pipelines.topics.labelling.keywords import convert, stop_words, words
from saywhy.text import normalise

#: A topic that has this share of its clauses in English is labelled in English, the pages' default language.
_ENGLISH_SHARE = 0.2
LONGEST = 60  # columns; a Chinese character takes two
_CANDIDATES = 150
#: Texts, and share of all, that are enough for a label in their language.
_ENOUGH, _ENOUGH_SHARE = 2, 0.05
_COMMON = 5  # words that most candidates share
_TYPICAL = 5  # other candidates with a word that make it typical
_ASIDE = re.compile(
    r"[0-9?？()（）\[\]:：;；/=<>\"“”„«»]|\b(?:etc|usw|e\.g|z\.\s?B|p\.\s?ex)\b|比如|例如", re.IGNORECASE
)
_STORY = re.compile(
    r"(?:I|we|my|ich|wir|mein\w*|je|j['’]|nous|我|我们|我們|他|她|he|she|they|sie|er|ils?|elles?)\b", re.I
)
#: Function words that may well end a statement.
_CLOSING = frozenset(
    {"too", "well", "good", "much", "more", "not", "never", "again", "always", "often", "us", "me", "it", "all"}
    | {"ab", "an", "auf", "aus", "ein", "nicht", "mehr", "nie", "immer", "zu", "uns"}
    | {"bien", "pas", "plus", "beaucoup", "trop", "bon", "bonne", "了", "吗", "好", "多", "不"}
)
_WIDE = re.compile(r"[\u2e80-\uffef]")
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


@dataclass(frozen=True, slots=True)
class Members:
    """The texts of a topic, a row each: what they say, in which language, how often, how similar to the centroid."""

    texts: Sequence[str]
    languages: Sequence[str | None]
    counts: Sequence[int]
    central: NDArray[np.float64]


def label_topic(
    members: Members, keywords: Mapping[str, float], taken: Collection[str], labels: Mapping[str, str]
) -> str:
    """A short clause that a customer wrote: central, typical in its words, easy to read, with the keywords in it.

    `keywords` are weights by case-folded word, `taken` the labels of other topics, `labels` those by language of this
    one. Texts with personal data in them are not used, unless masked where there are no others.
    """
    language = _language(members.languages, members.counts)
    return labels.get(language or "") or _best(members, language, keywords, taken)


def labels_by_language(members: Members, keywords: Mapping[str, float], taken: Collection[str]) -> dict[str, str]:
    """A label for the readers of each language that enough members are written in.

    Who reads the one Chinese script gets what was written in the other, converted, where there is nothing in theirs.
    """
    share: Counter[str | None] = Counter()
    for language in members.languages:
        share[language] += 1
    labels = {
        language: _best(members, language, keywords, taken)
        for language, texts in sorted(share.items(), key=lambda item: str(item[0]))
        if language and language != "und" and texts >= max(_ENOUGH, _ENOUGH_SHARE * share.total())
    }
    for script, other in (("zh-Hans", "zh-Hant"), ("zh-Hant", "zh-Hans")):
        if other in labels and script not in labels:
            labels[script] = convert(labels[other], script)
    return labels


def _best(members: Members, language: str | None, keywords: Mapping[str, float], taken: Collection[str]) -> str:
    places = [place for place, spoken in enumerate(members.languages) if spoken == language]
    places.sort(key=lambda place: -members.central[place])
    places = places[:_CANDIDATES]
    said = {place: {word.casefold() for word in words(members.texts[place], language)} for place in places}
    # How many candidates use a word: what they share is what the topic is about.
    shared = Counter(word for found in said.values() for word in found)
    common = shared.most_common(_COMMON)
    nearest = max(float(members.central[places[0]]), 1e-9)
    scored = []
    for place in places:
        masked, _ = mask(members.texts[place])
        label = tidy(masked)
        is_masked = masked != members.texts[place]
        spoken = {word.casefold() for word in words(masked, language)} if is_masked else said[place]
        covered = sum(keywords.get(word, 0.0) for word in spoken) / max(sum(keywords.values()), 1e-9)
        carried = sum(number for word, number in common if word in spoken) / max(sum(n for _, n in common), 1)
        typical = float(np.mean([min(shared[word] - 1, _TYPICAL) / _TYPICAL for word in spoken])) if spoken else 0.0
        score = float(members.central[place]) / nearest + covered + carried + typical
        score += 0.1 * min(np.log2(members.counts[place]), 4)
        scored.append((_unfit(label, len(spoken), language) + is_masked - score, label))
    free = [label for _, label in sorted(scored) if label not in taken]
    return free[0] if free else min(scored)[1]


def tidy(clause: str) -> str:
    """A clause as a heading: no opening conjunction, no closing punctuation, a capital letter, at most 60 columns."""
    clause = normalise(clause)
    if sum(clause.count(quote) for quote in _QUOTES) % 2:  # a quotation that another clause begins or ends
        clause = clause.translate(dict.fromkeys(map(ord, _QUOTES)))
    clause = clause.strip(_ENDS)
    shorter = _OPENING.sub("", clause).strip(_ENDS)
    clause = shorter if width(shorter) >= 4 else clause
    if width(clause) > LONGEST:
        clause = _shorten(clause)
    return clause[:1].upper() + clause[1:]


def _language(languages: Sequence[str | None], counts: Sequence[int]) -> str | None:
    share: Counter[str | None] = Counter()
    for language, count in zip(languages, counts, strict=True):
        share[language] += count
    if share["en"] >= _ENGLISH_SHARE * share.total():
        return "en"
    return min(share, key=lambda language: (-share[language], language or ""))


def _unfit(label: str, telling: int, language: str | None) -> float:
    """What keeps a clause from being a heading: too short or too long, cut off, a question, a number, an aside, a story
    that one person tells, a last word that wants another one after it."""
    columns = width(label)
    last = label.rpartition(" ")[2].casefold()
    return (
        max(0, 12 - columns) * 0.05
        + max(0, columns - 40) * 0.03
        + 0.4 * label.endswith("…")
        + 0.3 * (telling < 2)
        + 0.3 * bool(_ASIDE.search(label))
        + 0.3 * (last in stop_words(language) and last not in _CLOSING)
        + 0.2 * bool(_STORY.match(label))
    )


def width(text: str) -> int:
    """Columns of a fixed-width line: a Chinese character takes two."""
    return len(text) + len(_WIDE.findall(text))


def _shorten(clause: str) -> str:
    """Cut at the last space, or the last character where there is none, that leaves room for an ellipsis."""
    clause = clause[: LONGEST + 1]
    while width(clause) > LONGEST - 1:
        head, space, _ = clause.rpartition(" ")
        clause = head if space and width(head) >= LONGEST // 2 else clause[:-1]
    return clause.rstrip(_ENDS) + "…"
