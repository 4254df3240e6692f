"""Keyphrases: the phrases of one to four words that tell the clauses of a topic from those of all others.

A phrase is a run of content words, with connectors between them ("export to PDF") and perhaps a negation before them
("no dark mode"). Words that only praise, blame or narrate end it. Its weight is the log-odds ratio of the topic against
all other texts of the same language, with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008), divided by
its standard error: high for what many of the topic say and few others.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Floats, Integers
from models.script import fold_script
from pipelines.topics.labelling.keywords import Token, stop_words, tokens_of, without_personal_data
from saywhy.text import normalise

#: Content words of a phrase, and its tokens with connectors.
_MAX_WORDS, _MAX_TOKENS = 4, 7
#: Responses that share a phrase, in a topic of more than one.
_MIN_RESPONSES = 2
#: Weight of the prior in responses: a phrase is taken to be as frequent in a topic as in all texts, as if so many
#: responses had shown it.
_PRIOR_RESPONSES = 10.0
#: Standard errors by which a phrase is more frequent in its topic than elsewhere.
_MIN_WEIGHT = 1.0
#: Lowest centrality that counts, so that a text on the far side of the centroid turns no weight round.
_MIN_CENTRALITY = 0.05
#: A phrase is dropped for a longer one that contains it and is so nearly as frequent.
_ABSORBED = 0.6
#: A word that so many of all responses have, and mostly write with a capital, is the name of what the survey is
#: about. Alone it says nothing. (German writes all nouns so.)
_NAME_SHARE, _CAPITALISED, _NOUNS_CAPITALISED = 0.03, 0.7, ("de ", "lb ")
#: Shortest content word, except in capitals ("PDF", "UI").
_MIN_LETTERS = 3

#: What may be between two words of a phrase.
_GAP = re.compile(r"\s*(?:(?:[dl]|un|(?:d|n|s)?[ae]ll)['’])?\s*", re.IGNORECASE)
_INFLECTION = re.compile(r"(?<=\w{4})(?:e[smnr]?|[sn])+$")
#: Degree and particle that the segmentation leaves on a Chinese word: "太慢", "慢得".
_PARTICLES = re.compile(r"^[太很](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[得了的]$")
_CLASSES = Path(__file__).with_name("words") / "phrases.toml"

#: The stems of a phrase in alphabetical order, so that "PDF export" and "export to PDF" are one phrase.
Stems = tuple[str, ...]


class WordClass(Enum):
    """What a word does in a phrase."""

    CONTENT = "content"
    GENERIC = "generic"
    NEGATION = "negations"
    CONNECTOR = "connectors"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Keyphrase:
    """A phrase of a topic: its stems, how it is mostly written, its weight, and the rows of the texts that have it."""

    stems: Stems
    form: str
    weight: float
    rows: frozenset[int]


@lru_cache(maxsize=1 << 16)
def word_class(token: str, language: str | None) -> WordClass:
    """What a word does in a phrase; a number, and a stop word that no list of the language has, is empty."""
    word, listed = _plain(token), _word_classes((language or "und").split("-")[0])
    if word in listed:
        return listed[word]
    if word.isdecimal() or (len(word) < _MIN_LETTERS and word.isascii() and not token.isupper()):
        return WordClass.EMPTY
    return WordClass.GENERIC if len(word) == 1 else WordClass.CONTENT  # one Chinese character: "慢" in "物流慢"


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word without case, accents, script and the endings of plurals and cases, so that its forms count together."""
    return _INFLECTION.sub("", _plain(word))


def phrases(text: str, language: str | None) -> dict[Stems, str]:
    """The phrases of a text, each as it is written there first. Personal data is in none."""
    text = normalise(without_personal_data(text))
    tokens = list(tokens_of(text))
    classes = [word_class(token.text, language) for token in tokens]
    forms: dict[Stems, str] = {}
    for start, end in _runs(text, tokens, classes):
        used = [t for t, c in zip(tokens[start:end], classes[start:end], strict=True) if c is not WordClass.CONNECTOR]
        stems = tuple(sorted({stem(token.text) for token in used}))
        forms.setdefault(stems, text[tokens[start].start : tokens[end - 1].end])
    return forms


def _runs(text: str, tokens: Sequence[Token], classes: Sequence[WordClass]) -> Iterator[tuple[int, int]]:
    """The first token of each phrase and the one after its last."""
    nouns = (WordClass.CONTENT, WordClass.GENERIC)
    for start, first in enumerate(classes):
        if first in (WordClass.EMPTY, WordClass.CONNECTOR):
            continue
        words, has_content = 0, False
        for end in range(start, min(start + _MAX_TOKENS, len(tokens))):
            is_apart = end > start and not _GAP.fullmatch(text, tokens[end - 1].end, tokens[end].start)
            words += classes[end] in nouns
            has_content |= classes[end] is WordClass.CONTENT
            if is_apart or classes[end] is WordClass.EMPTY or words > _MAX_WORDS:
                break
            if has_content and classes[end] in nouns:
                yield start, end + 1


def keyphrases(
    texts: Sequence[str],
    languages: Sequence[str | None],
    counts: Integers,
    topics: Integers,
    centrality: Floats,
) -> dict[tuple[int, str | None], list[Keyphrase]]:
    """The keyphrases of each topic in each of its languages, the one with the highest weight first.

    `languages`, `counts` (responses), `topics` (-1 for none) and `centrality` (similarity of a text to the centroid of
    its topic) are of the distinct `texts`. A weight is multiplied by the mean centrality of the texts that have the
    phrase, relative to that of the topic.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    centrality = np.maximum(centrality, _MIN_CENTRALITY)
    documents = [_document(text, language) for text, language in zip(texts, languages, strict=True)]
    names = {(topic, language) for topic, language in zip(topics.tolist(), languages, strict=True) if topic != NONE}
    if not any(documents):
        return {name: [] for name in names}
    vectoriser = CountVectorizer(analyzer=list, binary=True, dtype=np.int64)
    occurrences = vectoriser.fit_transform(documents).tocsr()
    features = vectoriser.get_feature_names_out().tolist()
    in_all = occurrences.T @ counts
    of_language = np.array([str(language) for language in languages])
    is_name = _are_names(features, documents, in_all >= _NAME_SHARE * counts.sum())
    result: dict[tuple[int, str | None], list[Keyphrase]] = {}
    for topic, language in names:
        in_language = of_language == str(language)
        rows = np.flatnonzero((topics == topic) & in_language)
        here, responses = occurrences[rows], counts[rows]
        total, in_topic = int(responses.sum()), here.T @ responses
        shared = np.flatnonzero((in_topic >= min(_MIN_RESPONSES, total)) & ~is_name)
        others = int(counts[in_language].sum()) - total
        weights = _log_odds(in_topic[shared], total, in_all[shared] - in_topic[shared], others)
        weights *= (here.T @ (responses * centrality[rows]))[shared] / in_topic[shared]
        weights /= np.average(centrality[rows], weights=responses)
        columns = here.tocsc()
        candidates = []
        for feature, weight in zip(shared.tolist(), weights.tolist(), strict=True):
            having = rows[columns.indices[columns.indptr[feature] : columns.indptr[feature + 1]]].tolist()
            form = _form(features[feature], [documents[row] for row in having])
            if weight >= _MIN_WEIGHT:
                stems = tuple(features[feature].split(" ")[1:])
                candidates.append(Keyphrase(stems, form, weight, frozenset(having)))
        result[topic, language] = _most_telling(candidates, counts)
    return result


def _document(text: str, language: str | None) -> dict[str, str]:
    """The phrases of a text as features, which begin with the language, and how the text writes each."""
    return {f"{language} {' '.join(stems)}": form for stems, form in phrases(text, language).items()}


def _are_names(
    features: Sequence[str], documents: Sequence[Mapping[str, str]], is_frequent: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each feature is a single word that is the name of what the survey is about."""
    candidates = {
        feature: index
        for index, feature in enumerate(features)
        if is_frequent[index] and feature.count(" ") == 1 and not feature.startswith(_NOUNS_CAPITALISED)
    }
    forms: dict[str, list[str]] = {feature: [] for feature in candidates}
    for document in documents:
        for feature in forms.keys() & document.keys():
            forms[feature].append(document[feature])
    result = np.zeros(len(features), bool)
    for feature, index in candidates.items():
        result[index] = np.mean([form[0].isupper() for form in forms[feature]]) >= _CAPITALISED
    return result


def _log_odds(here: Integers, responses: int, elsewhere: Integers, others: int) -> Floats:
    """The log-odds ratio of phrases in a topic against other texts, divided by its standard error.

    `here` and `elsewhere` are how many of the `responses` and of the `others` have each phrase.
    """
    share = (elsewhere + 0.5) / (others + _PRIOR_RESPONSES)
    expected = here + _PRIOR_RESPONSES * share
    log_odds = np.log(expected / (responses + _PRIOR_RESPONSES - expected)) - np.log(share / (1 - share))
    ratio: Floats = log_odds / np.sqrt(1 / expected + 1 / (elsewhere + 0.5))
    return ratio


def _form(feature: str, documents: Sequence[Mapping[str, str]]) -> str:
    """How most of the documents that have a phrase write it."""
    forms = Counter(document[feature] for document in documents)
    return min(forms, key=lambda form: (-forms[form], form.swapcase()))  # of equally common ones, in small letters


def _most_telling(candidates: Sequence[Keyphrase], counts: Integers) -> list[Keyphrase]:
    """The phrases by weight, without those that a longer one of nearly the same frequency contains."""
    frequency = {phrase.stems: int(counts[list(phrase.rows)].sum()) for phrase in candidates}
    kept = [
        phrase
        for phrase in candidates
        if not any(
            set(phrase.stems) < set(other) and count >= _ABSORBED * frequency[phrase.stems]
            for other, count in frequency.items()
        )
    ]
    return sorted(kept, key=lambda phrase: (-phrase.weight, phrase.form))


def _plain(word: str) -> str:
    """A word without case, accents, script and particles, as hurried people write it."""
    letters = unicodedata.normalize("NFD", _PARTICLES.sub("", fold_script(word)).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@cache
def _word_classes(language: str) -> Mapping[str, WordClass]:
    """The class of each plain word that is listed for a language, the last one if it is in several lists."""
    classes = dict.fromkeys(map(_plain, stop_words(language)), WordClass.EMPTY)
    listed = tomllib.loads(_CLASSES.read_text("utf-8"))
    for kind in (WordClass.GENERIC, WordClass.EMPTY, WordClass.CONNECTOR, WordClass.NEGATION):
        classes |= dict.fromkeys(map(_plain, listed.get(kind.value, {}).get(language, "").split()), kind)
    return classes
