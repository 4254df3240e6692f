"""The labels of topics: one or two keyphrases ("Dark mode, night theme"), or a short clause that says all of them.

All topics are labelled together, the one with the strongest first choice first, and a choice that is too much like a
label that another topic has, or like the name of a known cause, is passed over: so no two rows of a report have nearly
the same name. A topic without a keyphrase
gets the clause that is most typical of it. No benchmark measures labels: the limits below were set by reading the
labels of four surveys, and tests/topics/test_labels.py has cases of what they should prevent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from models.arrays import Floats, Integers
from pipelines.display_width import display_width
from pipelines.topics.labelling.distinct_labels import NO_NAMES, ROOT, KnownNames, Roots, is_alike, likeness, roots
from pipelines.topics.labelling.headings import MAX_LABEL_WIDTH
from pipelines.topics.labelling.keyphrases import Keyphrase, keyphrases
from pipelines.topics.labelling.short_clauses import short_clauses

#: A topic with this share of its responses in English has an English label, as pages are in English by default.
_ENGLISH_SHARE = 0.2
#: Texts, and share of all texts, that a language needs for a label of its own.
_MIN_TEXTS, _MIN_SHARE = 2, 0.05
#: Keyphrases of a topic that are considered for its label.
_CONSIDERED = 12
#: Keyphrases that count for the support of a topic.
_SUPPORTING = 5
#: A second keyphrase has this share of the weight of the first, and of its responses that the first does not have.
_SECOND_WEIGHT, _SECOND_NEW = 0.4, 0.5


@dataclass(frozen=True, slots=True)
class TopicTexts:
    """Distinct texts with the topic of each, all (texts,): 0 … n - 1, -1 for none.

    `counts` are the number of responses that say a text, `centrality` its similarity to the mean vector of its topic.
    Texts without a topic are what topics are compared with.
    """

    texts: Sequence[str]
    languages: Sequence[str | None]
    counts: Integers
    topics: Integers
    centrality: Floats


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """The label of a topic, in English or its most common language, and those for readers of each language.

    `support` is the share of its responses (0 … 1) that have one of its heaviest keyphrases: low if it is about nothing
    in particular.
    """

    label: str
    by_language: dict[str, str]
    support: float


@dataclass(frozen=True, slots=True)
class _Choice:
    """A possible label, and the stems of its words by which it is compared with other labels."""

    label: str
    stems: frozenset[str]

    @property
    def roots(self) -> Roots:
        return roots(self.stems)


def label_topics(texts: TopicTexts, names: KnownNames = NO_NAMES) -> list[TopicLabel]:
    """The label of each topic. A language in which enough of its texts are written has a label of its own.

    No label is like one of the `names`, unless a topic has nothing else to be called by. If there is a label in only
    one Chinese script, the label for the other is converted from it. Personal data is masked, and is in a label only if
    all texts have some.
    """
    phrases = keyphrases(texts.texts, texts.languages, texts.counts, texts.topics, texts.centrality)
    members = [np.flatnonzero(texts.topics == topic) for topic in range(int(texts.topics.max(initial=-1)) + 1)]
    main = [_main_language(texts, rows) for rows in members]
    wanted = {
        (topic, language)
        for topic, rows in enumerate(members)
        for language in (*_label_languages(texts, rows), main[topic])
    }
    # The strongest claim first; the order of topics decides nothing else.
    strength = {name: max((phrase.weight for phrase in phrases.get(name, ())), default=0.0) for name in wanted}
    order = sorted(wanted, key=lambda name: (-strength[name], name[0], str(name[1])))
    labels: dict[tuple[int, str | None], str] = {}
    taken: defaultdict[str, list[tuple[int, Roots]]] = defaultdict(list)
    for topic, language in order:
        others = taken[str(language).split("-")[0]]
        in_use = [label for other, label in others if other != topic]
        choice = _least_like(in_use, names, _choices(texts, members[topic], language, phrases[topic, language]))
        others.append((topic, choice.roots))
        labels[topic, language] = choice.label
    return [
        TopicLabel(
            labels[topic, main[topic]],
            _with_both_scripts({language: labels[topic, language] for language in _label_languages(texts, rows)}),
            _support(texts, rows, topic, phrases),
        )
        for topic, rows in enumerate(members)
    ]


def _main_language(texts: TopicTexts, rows: Integers) -> str | None:
    responses: Counter[str | None] = Counter()
    for row in rows.tolist():
        responses[texts.languages[row]] += int(texts.counts[row])
    if responses["en"] >= _ENGLISH_SHARE * responses.total():
        return "en"
    return min(responses, key=lambda language: (-responses[language], language or ""))


def _label_languages(texts: TopicTexts, rows: Integers) -> list[str]:
    """The languages in which enough of the texts are written."""
    texts_in = Counter(texts.languages[row] for row in rows.tolist())
    return sorted(
        language
        for language, count in texts_in.items()
        if language and language != "und" and count >= max(_MIN_TEXTS, _MIN_SHARE * texts_in.total())
    )


def _choices(
    texts: TopicTexts, rows: Integers, language: str | None, phrases: Sequence[Keyphrase]
) -> Iterator[_Choice]:
    """Possible labels of a topic in a language, the best first; never none."""
    rows = np.array([row for row in rows.tolist() if texts.languages[row] == language], np.int64)
    clauses = short_clauses([texts.texts[row] for row in rows], language, texts.counts[rows], texts.centrality[rows])
    statements = [clause for clause in clauses if clause.is_statement]
    considered = phrases[:_CONSIDERED]
    for first in considered:
        second = _second(texts, first, considered)
        stems = frozenset({*first.stems, *(second.stems if second else ())})
        yield from (_Choice(clause.heading, clause.stems) for clause in statements if stems <= clause.stems)
        if second:
            both = next((phrase.form for phrase in phrases if stems == {*phrase.stems}), f"{first.form}, {second.form}")
            yield _Choice(_capitalised(both), stems)
        yield _Choice(_capitalised(first.form), frozenset(first.stems))
    yield from (_Choice(clause.heading, clause.stems) for clause in clauses)


def _second(texts: TopicTexts, first: Keyphrase, phrases: Sequence[Keyphrase]) -> Keyphrase | None:
    """The heaviest phrase that says something else than the first, mostly in other responses."""
    for phrase in phrases:
        responses = texts.counts[sorted(phrase.rows)].sum()
        new = texts.counts[sorted(phrase.rows - first.rows)].sum()
        if (
            phrase.weight >= _SECOND_WEIGHT * first.weight
            and not roots(phrase.stems) & roots(first.stems)
            and phrase.form not in first.form
            and first.form not in phrase.form
            and new >= _SECOND_NEW * responses
            and display_width(first.form + phrase.form) + 2 <= MAX_LABEL_WIDTH
        ):
            return phrase
    return None


def _support(
    texts: TopicTexts, rows: Integers, topic: int, phrases: Mapping[tuple[int, str | None], Sequence[Keyphrase]]
) -> float:
    """The share of the responses that have one of the heaviest keyphrases of their language."""
    languages = {texts.languages[row] for row in rows.tolist()}
    named = {row for language in languages for phrase in phrases[topic, language][:_SUPPORTING] for row in phrase.rows}
    return float(texts.counts[sorted(named)].sum() / texts.counts[rows].sum())


def _least_like(others: Sequence[Roots], names: KnownNames, choices: Iterable[_Choice]) -> _Choice:
    """The first choice that is not alike to another label or name; the one that is the least like them if all are."""
    compared: list[tuple[float, _Choice]] = []
    for choice in choices:
        own = choice.roots
        value = max((likeness(own, other) for other in others), default=0.0)
        value = max(value, names.highest_likeness(own))
        if not is_alike(value):
            return choice
        compared.append((value, choice))
    return min(compared, key=lambda pair: pair[0])[1]


def _capitalised(phrase: str) -> str:
    """The phrase with an initial capital. Words in capitals are in small letters, unless they may be abbreviations."""
    words = [word.lower() if word.isupper() and len(word) > ROOT else word for word in phrase.split(" ")]
    return " ".join(words)[:1].upper() + " ".join(words)[1:]


def _with_both_scripts(labels: dict[str, str]) -> dict[str, str]:
    for script, other in (("zh-Hans", "zh-Hant"), ("zh-Hant", "zh-Hans")):
        if other in labels and script not in labels:
            labels[script] = _converter(script).convert(labels[other])
    return labels


@cache
def _converter(script: str):  # type: ignore[no-untyped-def]
    """Converts Chinese to `zh-Hans` Simplified, or `zh-Hant` Traditional as written in Taiwan."""
    from opencc import OpenCC

    return OpenCC("t2s" if script == "zh-Hans" else "s2tw")
