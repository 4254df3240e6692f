"""Clauses of a topic as labels: the most typical first, with what makes a clause a bad heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Integers
from pipelines.display_width import display_width
from pipelines.topics.labelling.headings import to_heading
from pipelines.topics.labelling.keyphrases import WordClass, stem, word_class
from pipelines.topics.labelling.keywords import WEB_ADDRESS, stop_words, tokens_of, without_personal_data
from saywhy.text import normalise

#: The most central texts of a topic, of which one can be its label.
_CANDIDATES = 150
#: Content words and columns of a statement.
_MAX_WORDS, _MAX_WIDTH = 6, 40
#: Each content word of a statement is in so many responses, and in this share of them.
_MIN_RESPONSES, _MIN_SHARE = 2, 0.2

#: Numbers, questions, brackets and examples: asides rather than statements.
_ASIDE = re.compile(
    r"[0-9?？()（）\[\]:：;；/=<>\"“”„«»#@_\\]|\b(?:etc|usw|e\.g|z\.\s?B|p\.\s?ex)\b|比如|例如", re.IGNORECASE
)
#: A personal pronoun first: one person's story.
_STORY = re.compile(
    r"(?:I|we|you|my|our|your|he|she|they|ich|wir|du|mein\w*|sie|er|je|j['’]|nous|vous|vos|votre|mon|ma|mes|ils?|elles?|on)\b"
    r"|[我你您他她]",
    re.IGNORECASE,
)
#: Stop words that may well end a statement.
_CLOSING_WORDS = frozenset(
    {"too", "well", "good", "much", "more", "not", "never", "again", "always", "often", "us", "me", "it", "all"}
    | {"ab", "an", "auf", "aus", "ein", "nicht", "mehr", "nie", "immer", "zu", "uns"}
    | {"bien", "pas", "plus", "beaucoup", "trop", "bon", "bonne", "了", "吗", "好", "多", "不"}
)
#: Word classes that a statement is made of, beside stop words.
_MEANINGFUL = (WordClass.CONTENT, WordClass.GENERIC, WordClass.NEGATION)


@dataclass(frozen=True, slots=True)
class ShortClause:
    """A clause as a heading, with the stems of its content words.

    A statement is short and has content words that other responses share: no praise, blame, story or aside.
    """

    heading: str
    stems: frozenset[str]
    is_statement: bool


def short_clauses(
    texts: Sequence[str], language: str | None, counts: Integers, centrality: Floats
) -> list[ShortClause]:
    """The clauses of a topic in one language, the best heading first, with personal data masked.

    A heading is good if the clause is central, if its words are frequent in the topic, and if it is whole, brief and
    about more than one person.
    """
    from pipelines.clean.personal_data import mask  # where it is used, as in `keywords.without_personal_data`

    rows = np.argsort(-centrality, kind="stable")[:_CANDIDATES].tolist()
    public = {row: WEB_ADDRESS.sub("", mask(texts[row])[0]) for row in rows}
    words = {row: [token.text for token in tokens_of(normalise(without_personal_data(texts[row])))] for row in rows}
    stems = {
        row: frozenset(stem(word) for word in words[row] if word_class(word, language) in _MEANINGFUL) for row in rows
    }
    subjects = {stem(word) for row in rows for word in words[row] if word_class(word, language) is WordClass.CONTENT}
    responses: Counter[str] = Counter()
    for row in rows:
        responses.update(dict.fromkeys(stems[row], int(counts[row])))
    total, highest = int(counts[rows].sum()), max(float(centrality[rows].max(initial=0.0)), 1e-9)
    shared = {word for word, count in responses.items() if count >= max(_MIN_RESPONSES, _MIN_SHARE * total)}
    ranked = []
    for row in rows:
        heading = to_heading(public[row]) or mask(texts[row])[0]
        penalty = _penalty(heading, stems[row] & subjects, language)
        typical = sum(responses[word] for word in stems[row]) / (total * max(len(stems[row]), 1))
        score = float(centrality[row]) / highest + 2 * typical - penalty - (public[row] != texts[row])
        # What most have said in the same words is a reason picked from a list, and is called as the list calls it.
        is_statement = 2 * counts[row] > max(total, _MIN_RESPONSES) or (
            not penalty
            and stems[row] <= shared
            and len(stems[row]) <= _MAX_WORDS
            and display_width(heading) <= _MAX_WIDTH
            and not any(word_class(word, language) is WordClass.EMPTY for word in words[row])
        )
        ranked.append((-score, heading, ShortClause(heading, stems[row], bool(is_statement))))
    return [clause for _, _, clause in sorted(ranked, key=lambda entry: entry[:2])]


def _penalty(heading: str, subjects: Collection[str], language: str | None) -> float:
    """What makes a clause a bad heading, in units of the score; set by hand. `subjects` are what it is about."""
    width = display_width(heading)
    last_word = heading.rpartition(" ")[2].casefold()
    is_incomplete = last_word in stop_words(language) and last_word not in _CLOSING_WORDS
    return (
        max(0, 8 - width) * 0.05  # too short
        + max(0, width - 40) * 0.03  # too long
        + 0.4 * heading.endswith("…")
        + 0.3 * (len(subjects) < 2)
        + 0.3 * (not subjects)
        + 0.3 * bool(_ASIDE.search(heading))
        + 0.3 * is_incomplete
        + 0.3 * bool(_STORY.match(heading))
    )
