"""The clauses that topics are made of: read from annotations, reduced to distinct texts, summarised by theme."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, Vectors
from pipelines.annotate.columns import POLARITIES, Annotations
from pipelines.clean.read_text import read
from pipelines.topics.clustering.clusters import ClusteringResult, cluster
from pipelines.topics.clustering.communities import Communities
from pipelines.topics.clustering.distinct_texts import DistinctTexts, most_common
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.labelling.distinct_labels import NO_NAMES, KnownNames
from pipelines.topics.labelling.keywords import has_content
from saywhy.annotation import Polarity
from saywhy.code_frame import VERDICT, CodeFrame
from saywhy.feedback import Comment
from saywhy.topic import ClauseKey

#: A cluster in which a smaller share of clauses mentions a theme is no cause but a collection of narrative fragments.
#: In the sample and two real surveys those had .24 to .44, nearly all causes .49 and more: docs/explanation/topics.md.
_MIN_MENTION_SHARE = 0.45
#: A cluster in which a smaller share does is vague: in four surveys, the eleven between this limit and the one above
#: were verdicts in other words.
_MIN_CLEAR_SHARE = 0.55

_POLARITY_SIGNS = {Polarity.NEGATIVE.value: -1, Polarity.POSITIVE.value: 1}


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause: `text` is what was read from `verbatim[start:end]` of the comment with that content hash.

    `theme` is the theme that fits best. `is_mention` tells whether the model is confident that the clause mentions a
    theme other than the bare verdict.
    """

    content_hash: str
    start: int
    end: int
    text: str
    theme: str
    polarity: Polarity
    language: str | None
    is_mention: bool = True

    @property
    def key(self) -> ClauseKey:
        return self.content_hash, self.start, self.end


def clauses_of(
    comments: Mapping[str, Comment], annotations: Annotations
) -> tuple[list[ClauseText], NDArray[np.float16]]:
    """The clauses of annotated answers, and their vectors (clauses, d). `comments` are by content hash.

    Non-answers ("n/a", "keine") are left out.
    """
    spans = annotations.clauses
    comment_at = [comments.get(content_hash) for content_hash in annotations.hashes]
    is_answer = np.array([comment is not None and comment.is_answer for comment in comment_at], bool)
    rows = np.flatnonzero(is_answer[spans.comment])
    mentioned = _mentioned(annotations)
    columns = (spans.comment, spans.start, spans.end, spans.theme, spans.polarity)
    clauses = [
        ClauseText(
            annotations.hashes[index],
            start,
            end,
            read(comment.verbatim).cut(start, end),
            annotations.themes[theme],
            POLARITIES[polarity],
            comment.language,
            (index, start) in mentioned,
        )
        for index, start, end, theme, polarity in zip(*(column[rows].tolist() for column in columns), strict=True)
        if (comment := comment_at[index]) is not None
    ]
    # Mostly all are answers. Then a million vectors are not copied.
    return clauses, annotations.vectors if len(rows) == len(spans) else annotations.vectors[rows]


def polarity_signs(polarities: Iterable[str]) -> Integers:
    """-1 for negative, 1 for positive, 0 for every other polarity."""
    return np.array([_POLARITY_SIGNS.get(polarity, 0) for polarity in polarities], np.int64)


class ClusterSummary(NamedTuple):
    """What the clauses of a cluster have in common: theme (`VERDICT` if it is no cause) and most common polarity.

    `is_vague` tells whether few of them mention a theme.
    """

    theme: str
    polarity: str
    size: int
    is_vague: bool


@dataclass(frozen=True, slots=True)
class ClauseSet:
    """Clauses, and a table of their distinct texts: the columns after `clauses` have one entry per distinct text.

    `sources` numbers the comment that a text is from. `frequency` is how many responses say it: it is clustered with
    that weight, so that a reason which many have picked from a list is a topic. `polarity_sign` is -1, 0 or 1.
    `can_seed` tells whether a text can start a topic. One whose best theme is the bare verdict ("which was
    embarrassing", "I called twice") cannot; it joins a topic only where it is near. `names` are those of known causes,
    which no topic found here may have.
    """

    clauses: Sequence[ClauseText]
    distinct: DistinctTexts
    languages: list[str]
    sources: Integers
    frequency: Integers
    polarity_sign: Integers
    can_seed: NDArray[np.bool_]
    names: KnownNames = NO_NAMES

    @classmethod
    def of(
        cls,
        clauses: Sequence[ClauseText],
        vectors: Vectors | NDArray[np.float16],
        responses: Mapping[str, int] = MappingProxyType({}),
        names: KnownNames = NO_NAMES,
    ) -> ClauseSet:
        """`vectors` (clauses, d) are of unit length. The order of the clauses does not matter.

        `responses` is how many responses have a comment, by content hash, where it is more than one.

        Clauses of function words alone ("other than that") have no text to cluster.
        """
        to_check = {(clause.text, clause.language) for clause in clauses}
        is_content = {(text, language): has_content(text, language) for text, language in to_check}
        originals = [
            (clause.text if is_content[clause.text, clause.language] else "", clause.content_hash, clause.start)
            for clause in clauses
        ]
        distinct = DistinctTexts.of(originals, vectors)
        sources = distinct.min_by_text([clause.content_hash for clause in clauses])
        themes = distinct.mode_by_text([clause.theme for clause in clauses])
        return cls(
            clauses,
            distinct,
            distinct.mode_by_text([clause.language or "und" for clause in clauses]),
            np.unique(sources, return_inverse=True)[1],
            distinct.sum_by_text([responses.get(clause.content_hash, 1) for clause in clauses]),
            polarity_signs(distinct.mode_by_text([clause.polarity.value for clause in clauses])),
            np.array([theme != VERDICT for theme in themes], bool),
            names,
        )

    def centred(self, rows: Integers, centring: LanguageCentring) -> Vectors:
        """The centred vectors (rows, d) of some distinct texts. Centring all at once would double the memory."""
        return centring.for_languages(self._languages_of(rows)).transform(self.distinct.vectors[rows])

    def cluster(self, rows: Integers, centring: LanguageCentring, *, min_size: int | None = None) -> ClusteringResult:
        """Cluster some of the distinct texts. `min_size` is the number of texts that make a cluster."""
        is_all = len(rows) == len(self.distinct.keys)  # then a million vectors are not copied
        languages = self._languages_of(rows)
        communities = Communities(
            self.frequency[rows],
            sources=self.sources[rows],
            polarity_sign=self.polarity_sign[rows],
            languages=languages,
            can_seed=self.can_seed[rows],
            min_size=min_size,
        )
        distinct = self.distinct if is_all else self.distinct.take(rows)
        return cluster(distinct, languages, centring.for_languages(languages), communities, self.names)

    def summaries(self, labels: Integers, code_frame: CodeFrame) -> dict[int, ClusterSummary]:
        """What the clauses of each cluster have in common; `labels` (texts,) is the cluster of each distinct text."""
        mentions = Counter[int]()
        themes: defaultdict[int, Counter[str]] = defaultdict(Counter)
        polarities: defaultdict[int, Counter[str]] = defaultdict(Counter)
        known_themes = set(code_frame.ids)
        for clause, row in zip(self.clauses, self.distinct.row_of.tolist(), strict=True):
            if row != NONE and (label := int(labels[row])) != NONE:
                themes[label][clause.theme if clause.theme in known_themes else ""] += 1
                polarities[label][clause.polarity.value] += 1
                mentions[label] += clause.is_mention
        return {
            label: ClusterSummary(
                _cluster_theme(themes[label]) if mentions[label] >= _MIN_MENTION_SHARE * counts.total() else VERDICT,
                most_common(counts),
                counts.total(),
                mentions[label] < _MIN_CLEAR_SHARE * counts.total(),
            )
            for label, counts in sorted(polarities.items())
        }

    def _languages_of(self, rows: Integers) -> list[str]:
        return [self.languages[row] for row in rows.tolist()]


def _mentioned(annotations: Annotations) -> set[tuple[int, int]]:
    """Comment index and start offset of every mention of a theme other than the bare verdict."""
    mentions = annotations.mentions
    is_cause = [theme != VERDICT for theme in annotations.themes]
    columns = (mentions.comment.tolist(), mentions.start.tolist(), mentions.theme.tolist())
    return {(comment, start) for comment, start, theme in zip(*columns, strict=True) if is_cause[theme]}


def _cluster_theme(counts: Counter[str]) -> str:
    """The most common theme; "" counts clauses whose theme is not in the code frame.

    `VERDICT` only if more than half of the others have it, or none has another theme.
    """
    counts = Counter({theme: count for theme, count in counts.items() if theme})
    if counts[VERDICT] * 2 <= counts.total():
        del counts[VERDICT]
    return most_common(counts) if counts else VERDICT
