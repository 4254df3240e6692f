"""The parts of a library cause: clauses that keyphrases and vectors tell from its others ("export", "dark mode").

The model draws all clauses of a cause together, so their vectors hold little of what tells them apart, and clusters of
that are ways to say the same ("too expensive", "high prices") as often as different tickets. So words lead a part:

1. A phrase can lead if clauses with it lie close together, compared with the other clauses in its language, and if it
   is rarer in the rest of the survey.
2. Phrases whose clauses lie in the same place are one part: synonyms, and the same word in other languages.
3. A part has the clauses with its phrases, and those as near to them that say it in other words.
4. It is kept if enough texts are in it, if most of them have one of its phrases, and if it is found again in random
   samples of the cause.

`python -m benchmarks.cause_parts` measures this; the limits were chosen on its clauses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import NONE, Floats, Integers, Vectors, unit
from pipelines.topics.clustering.description import similarity_to_others
from pipelines.topics.clustering.subtopics import Parts
from pipelines.topics.labelling.keyphrases import Stems, phrases

#: Texts with a phrase that can lead, and the largest share of the texts in its language that have it: what half of a
#: cause says is the cause itself.
_MIN_TEXTS_WITH_PHRASE, _MAX_SHARE_WITH_PHRASE = 3, 0.5
#: How often the share of a phrase in the rest of the survey its share in the cause must be.
_MIN_LIFT = 3.0
#: Shrinkage: the share in the rest of the survey is computed as if so many further texts there lacked the phrase.
_PRIOR_TEXTS = 10
#: Effect size (Cohen's d) by which clauses with a phrase are more similar to one another than others are to them.
_MIN_SEPARATION = 2.5
#: Similarity of two phrases of one part, in the same language and in two. Of two parts it was below .1.
_SAME_LANGUAGE, _TWO_LANGUAGES = 0.45, 0.2
#: Standard deviations below the mean of the clauses with its phrases that a clause without them may lie.
_REACH_DEVIATIONS = 0.5
#: Smallest part, in texts and as a share of the cause, and the share of its texts that have one of its phrases.
_MIN_TEXTS, _MIN_SHARE, _MIN_COVERAGE = 8, 0.05, 0.5
#: Random samples by which stability is measured, the share of the texts in each, and what is required there.
_SAMPLES, _SAMPLED = 10, 0.7
_MIN_SAMPLED_WITH_PHRASE, _MIN_SAMPLED = 2, 5
#: Texts among which phrases are searched; further ones join the part that they are near.
_MAX_TEXTS = 4000


@dataclass(frozen=True, slots=True)
class PhraseCounts:
    """How many of some texts have each phrase, by language and stems; and how many texts there are, by language."""

    having: Counter[tuple[str, Stems]]
    texts: Counter[str]

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]]) -> PhraseCounts:
        """`texts` are pairs of text and language."""
        counts = cls(Counter(), Counter())
        for text, language in texts:
            counts.texts[language] += 1
            counts.having.update((language, stems) for stems in phrases(text, language))
        return counts

    def share(self, language: str, stems: Stems) -> float:
        """The share of the texts in a language that have a phrase, drawn to 0 where there are few texts."""
        return self.having[language, stems] / (self.texts[language] + _PRIOR_TEXTS)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase by its language and the rows of the texts that have it."""

    language: str
    rows: Integers


def find_phrase_parts(
    texts: Sequence[str], languages: Sequence[str], vectors: Vectors, elsewhere: PhraseCounts, *, min_stability: float
) -> Parts:
    """The parts of a cause: -1 for the texts that are in none, and the stability of each part, `min_stability` or more.

    `vectors` (n, d) are of unit length, centred on the mean of the cause and language; `elsewhere` is the rest of the
    survey. Stability is the mean Jaccard index of a part with the most similar one in each of the samples.
    """
    searched = min(len(texts), _MAX_TEXTS)
    candidates = _candidates(texts[:searched], languages[:searched], elsewhere)
    groups = _groups(candidates, np.array(languages[:searched]), vectors[:searched])
    labels = _members(groups, vectors, max(_MIN_TEXTS, round(_MIN_SHARE * len(texts))))
    stability = np.zeros(labels.max(initial=NONE) + 1)
    for sample in range(_SAMPLES if len(stability) else 0):
        rows = np.flatnonzero(np.random.default_rng(sample).random(searched) < _SAMPLED)
        sampled = _groups(_sampled(candidates, rows, searched), np.array(languages)[rows], vectors[rows])
        stability += _agreement(labels[rows], _members(sampled, vectors[rows], _MIN_SAMPLED), len(stability))
    kept = np.flatnonzero(stability >= min_stability * _SAMPLES)
    number = np.full(len(stability) + 1, NONE)  # the last element is for NONE, which indexes it
    number[kept] = np.arange(len(kept))
    return Parts(number[labels], stability[kept] / _SAMPLES)


def _candidates(texts: Sequence[str], languages: Sequence[str], elsewhere: PhraseCounts) -> list[_Phrase]:
    """The phrases that enough texts have, not nearly all, and the rest of the survey rarely has."""
    rows: defaultdict[tuple[str, Stems], list[int]] = defaultdict(list)
    for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
        for stems in phrases(text, language):
            rows[language, stems].append(row)
    in_language = Counter(languages)
    return [
        _Phrase(language, np.array(having))
        for (language, stems), having in rows.items()
        if _MIN_TEXTS_WITH_PHRASE <= len(having) <= _MAX_SHARE_WITH_PHRASE * in_language[language]
        and len(having) >= _MIN_LIFT * elsewhere.share(language, stems) * in_language[language]
    ]


def _sampled(candidates: Sequence[_Phrase], rows: Integers, size: int) -> list[_Phrase]:
    """The phrases in a sample of the texts, with rows numbered within it."""
    index = np.full(size, NONE)
    index[rows] = np.arange(len(rows))
    sampled = [_Phrase(phrase.language, index[phrase.rows][index[phrase.rows] != NONE]) for phrase in candidates]
    return [phrase for phrase in sampled if len(phrase.rows) >= _MIN_SAMPLED_WITH_PHRASE]


def _groups(candidates: Sequence[_Phrase], languages: Integers, vectors: Vectors) -> list[Integers]:
    """For each possible part, the rows of the texts that have one of its phrases."""
    from sklearn.cluster import AgglomerativeClustering

    leading = [phrase for phrase in candidates if _separation(phrase, languages, vectors) >= _MIN_SEPARATION]
    if len(leading) < 2:
        return [phrase.rows for phrase in leading]
    centroids = np.stack([unit(vectors[phrase.rows].sum(axis=0)) for phrase in leading])
    language = np.array([phrase.language for phrase in leading])
    min_similarity = np.where(language[:, None] == language, _SAME_LANGUAGE, _TWO_LANGUAGES)
    # Distances as multiples of what is allowed, which depends on the pair.
    distance = (1 - centroids @ centroids.T) / (1 - min_similarity)
    model = AgglomerativeClustering(None, metric="precomputed", linkage="average", distance_threshold=1.0)
    groups = model.fit(np.maximum(distance, 0)).labels_
    return [
        np.unique(np.concatenate([leading[index].rows for index in np.flatnonzero(groups == group)]))
        for group in range(groups.max() + 1)
    ]


def _separation(phrase: _Phrase, languages: Integers, vectors: Vectors) -> float:
    """Cohen's d of the similarity to the centroid: of texts with the phrase (to that of the others), and without it.

    0 if all texts in its language have it, as may be in a sample.
    """
    is_without = languages == phrase.language
    is_without[phrase.rows] = False
    if not is_without.any():
        return 0.0
    within = similarity_to_others(vectors[phrase.rows])
    without = vectors[is_without] @ unit(vectors[phrase.rows].sum(axis=0))
    pooled = np.sqrt((within.var() + without.var()) / 2)
    return float((within.mean() - without.mean()) / max(pooled, 1e-9))


def _members(groups: Sequence[Integers], vectors: Vectors, min_texts: int) -> Integers:
    """The part of each row (n,), -1 for none: the nearest, if the row has one of its phrases or is within its reach."""
    labels = np.full(len(vectors), NONE)
    if not groups:
        return labels
    similarity = vectors @ np.stack([unit(vectors[rows].sum(axis=0)) for rows in groups]).T
    nearest = similarity.argmax(axis=1)
    for group, rows in enumerate(groups):
        own = similarity_to_others(vectors[rows])
        is_member = similarity[:, group] >= own.mean() - _REACH_DEVIATIONS * own.std()
        is_member[rows] = True
        labels[is_member & (nearest == group)] = group
    number, parts = np.full(len(groups) + 1, NONE), 0
    for group in np.argsort(-np.bincount(labels + 1, minlength=len(groups) + 1)[1:], kind="stable").tolist():
        members = np.flatnonzero(labels == group)
        if len(members) >= min_texts and np.isin(members, groups[group]).mean() >= _MIN_COVERAGE:
            number[group], parts = parts, parts + 1
    result: Integers = number[labels]
    return result


def _agreement(labels: Integers, others: Integers, count: int) -> Floats:
    """The Jaccard index (count,) of each part with the most similar part of another division of the same rows."""
    is_in_part = labels[None, :] == np.arange(count)[:, None]
    is_in_other = others[None, :] == np.arange(others.max(initial=NONE) + 1)[:, None]
    both = (is_in_part[:, None] & is_in_other[None]).sum(axis=2)
    either = (is_in_part[:, None] | is_in_other[None]).sum(axis=2)
    agreement: Floats = (both / np.maximum(either, 1)).max(axis=1, initial=0.0)
    return agreement
