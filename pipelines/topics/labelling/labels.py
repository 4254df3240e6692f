"""The label of a topic: the clause, written by a customer, that best says what all its clauses say.

Each candidate gets a score: centrality, plus how many keywords and common words it has, how typical its words are and
how often it was written, minus penalties for what makes a bad heading. No benchmark measures labels: the weights below
were set by reading the labels of the sample and of two real surveys (docs/explanation/real-surveys.md), and
tests/topics/test_labels.py has cases of what they should prevent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipelines.clean.personal_data import mask
from pipelines.display_width import display_width
from pipelines.topics.labelling.headings import to_heading
from pipelines.topics.labelling.keywords import stop_words, words

#: A topic with this share of its texts in English has an English label, as English is the default language of pages.
_ENGLISH_SHARE = 0.2
#: Texts, and share of all texts, that a language needs for a label of its own.
_MIN_TEXTS, _MIN_SHARE = 2, 0.05
#: The most central texts of a language, which are scored.
_CANDIDATES = 150
#: Words that most candidates have in common: a label should contain them.
_COMMON_WORDS = 5
#: A word is fully typical if so many other candidates have it.
_TYPICAL = 5
#: Weight of each doubling of the number of equal texts, up to so many doublings.
_PER_DOUBLING, _MAX_DOUBLINGS = 0.1, 4

#: Numbers, questions, brackets and examples: asides rather than statements.
_ASIDE = re.compile(
    r"[0-9?？()（）\[\]:：;；/=<>\"“”„«»]|\b(?:etc|usw|e\.g|z\.\s?B|p\.\s?ex)\b|比如|例如", re.IGNORECASE
)
#: A personal pronoun first: one person's story.
_STORY = re.compile(
    r"(?:I|we|my|ich|wir|mein\w*|je|j['’]|nous|我|我们|我們|他|她|he|she|they|sie|er|ils?|elles?)\b", re.I
)
#: Stop words that may well end a statement.
_CLOSING_WORDS = frozenset(
    {"too", "well", "good", "much", "more", "not", "never", "again", "always", "often", "us", "me", "it", "all"}
    | {"ab", "an", "auf", "aus", "ein", "nicht", "mehr", "nie", "immer", "zu", "uns"}
    | {"bien", "pas", "plus", "beaucoup", "trop", "bon", "bonne", "了", "吗", "好", "多", "不"}
)


@dataclass(frozen=True, slots=True)
class TopicTexts:
    """The distinct texts of a topic, one per row: language, number of equal texts, similarity to the mean vector."""

    texts: Sequence[str]
    languages: Sequence[str | None]
    counts: Sequence[int]
    centrality: NDArray[np.float64]


def label_topic(
    topic: TopicTexts, keywords: Mapping[str, float], taken: Collection[str], labels: Mapping[str, str]
) -> str:
    """The label of a topic, in English or in its most common language.

    `keywords` are weights by case-folded word, `taken` are the labels of other topics, which are avoided if possible,
    `labels` those by language of this topic. Texts with personal data are used only if there are no others, masked.
    """
    language = _main_language(topic.languages, topic.counts)
    return labels.get(language or "") or _best_label(topic, language, keywords, taken)


def labels_by_language(topic: TopicTexts, keywords: Mapping[str, float], taken: Collection[str]) -> dict[str, str]:
    """A label for readers of each language in which enough texts are written.

    If there is a label in only one Chinese script, the label for the other is converted from it.
    """
    texts_in = Counter(topic.languages)
    labels = {
        language: _best_label(topic, language, keywords, taken)
        for language, texts in sorted(texts_in.items(), key=lambda item: str(item[0]))
        if language and language != "und" and texts >= max(_MIN_TEXTS, _MIN_SHARE * texts_in.total())
    }
    for script, other in (("zh-Hans", "zh-Hant"), ("zh-Hant", "zh-Hans")):
        if other in labels and script not in labels:
            labels[script] = _converter(script).convert(labels[other])
    return labels


def _main_language(languages: Sequence[str | None], counts: Sequence[int]) -> str | None:
    texts_in: Counter[str | None] = Counter()
    for language, count in zip(languages, counts, strict=True):
        texts_in[language] += count
    if texts_in["en"] >= _ENGLISH_SHARE * texts_in.total():
        return "en"
    return min(texts_in, key=lambda language: (-texts_in[language], language or ""))


def _best_label(topic: TopicTexts, language: str | None, keywords: Mapping[str, float], taken: Collection[str]) -> str:
    """The heading with the highest score among the most central texts in a language, preferably not a `taken` one."""
    rows = [row for row, text_language in enumerate(topic.languages) if text_language == language]
    rows = sorted(rows, key=lambda row: -topic.centrality[row])[:_CANDIDATES]
    words_of = {row: _distinct_words(topic.texts[row], language) for row in rows}
    candidates_with = Counter(word for distinct in words_of.values() for word in distinct)
    common = candidates_with.most_common(_COMMON_WORDS)
    max_centrality = max(float(topic.centrality[rows[0]]), 1e-9)
    ranked = []
    for row in rows:
        masked, _ = mask(topic.texts[row])
        is_masked = masked != topic.texts[row]
        distinct = _distinct_words(masked, language) if is_masked else words_of[row]
        keyword_share, common_share, typicality = _word_scores(distinct, keywords, common, candidates_with)
        score = float(topic.centrality[row]) / max_centrality + keyword_share + common_share + typicality
        score += _PER_DOUBLING * min(np.log2(topic.counts[row]), _MAX_DOUBLINGS)
        heading = to_heading(masked)
        ranked.append((_penalty(heading, len(distinct), language) + is_masked - score, heading))
    free = [heading for _, heading in sorted(ranked) if heading not in taken]
    return free[0] if free else min(ranked)[1]


def _word_scores(
    distinct: Collection[str],
    keywords: Mapping[str, float],
    common: Sequence[tuple[str, int]],
    candidates_with: Mapping[str, int],
) -> tuple[float, float, float]:
    """Scores 0 … 1 of a text's distinct words: share of the keywords' weight, share of common words, typicality.

    `common` are words with the number of candidates that have them; `candidates_with` has that number for every word.
    """
    keyword_share = sum(keywords.get(word, 0.0) for word in distinct) / max(sum(keywords.values()), 1e-9)
    common_share = sum(count for word, count in common if word in distinct) / max(sum(n for _, n in common), 1)
    typicality = [min(candidates_with[word] - 1, _TYPICAL) / _TYPICAL for word in distinct]
    return keyword_share, common_share, float(np.mean(typicality)) if typicality else 0.0


def _penalty(heading: str, content_words: int, language: str | None) -> float:
    """What makes a clause a bad heading, in units of the score."""
    width = display_width(heading)
    last_word = heading.rpartition(" ")[2].casefold()
    is_incomplete = last_word in stop_words(language) and last_word not in _CLOSING_WORDS
    return (
        max(0, 12 - width) * 0.05  # too short
        + max(0, width - 40) * 0.03  # too long
        + 0.4 * heading.endswith("…")
        + 0.3 * (content_words < 2)
        + 0.3 * bool(_ASIDE.search(heading))
        + 0.3 * is_incomplete
        + 0.2 * bool(_STORY.match(heading))
    )


def _distinct_words(text: str, language: str | None) -> tuple[str, ...]:
    """In the order of the text, so that sums and ties do not depend on the hash seed of the process."""
    return tuple(dict.fromkeys(word.casefold() for word in words(text, language)))


@cache
def _converter(script: str):  # type: ignore[no-untyped-def]
    """Converts Chinese to `zh-Hans` Simplified, or `zh-Hant` Traditional as written in Taiwan."""
    from opencc import OpenCC

    return OpenCC("t2s" if script == "zh-Hans" else "s2tw")
