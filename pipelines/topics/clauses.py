"""Root causes: clauses that say the same become one topic, whatever language they say it in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.arrays import Integers, Vectors, pack
from pipelines.annotate.columns import POLARITIES, Annotations
from pipelines.topics.clustering.clusters import ClusteringResult, cluster
from pipelines.topics.clustering.communities import Communities
from pipelines.topics.clustering.distinct_texts import Distinct, commonest
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.labelling.keywords import says_something
from saywhy.annotation import Polarity
from saywhy.code_frame import VERDICT
from saywhy.feedback import Comment
from saywhy.topic import Assignment, Part, Topic

if TYPE_CHECKING:
    from saywhy.code_frame import CodeFrame


_POLES = {Polarity.NEGATIVE.value: -1, Polarity.POSITIVE.value: 1}
_KEYWORDS = 10
#: A topic of which fewer clauses mention a theme tells bits of stories. In three surveys those had .24 to .44.
_MENTIONS = 0.45


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause: `verbatim[start:end]` of the comment with that content hash is `text`.

    `theme` is the one that fits best, `is_mention` whether it, or another than the bare verdict, fits well enough.
    """

    content_hash: str
    start: int
    end: int
    text: str
    theme: str
    polarity: Polarity
    language: str | None
    is_mention: bool = True


def clauses_of(
    comments: Mapping[str, Comment], annotations: Annotations
) -> tuple[list[ClauseText], NDArray[np.float16]]:
    """The clauses of annotated answers and their vectors (clauses, d); `comments` are by content hash.

    What is no answer ("n/a", "keine") has no part in topics.
    """
    found, clauses = [comments.get(content_hash) for content_hash in annotations.hashes], annotations.clauses
    is_answer = np.array([comment is not None and comment.is_answer for comment in found], bool)
    rows = np.flatnonzero(is_answer[clauses.comment])
    whole = len(rows) == len(clauses)  # mostly; the vectors are too many to be copied for nothing
    mentions = annotations.mentions
    told = [theme != VERDICT for theme in annotations.themes]
    mentioned = {
        (comment, start)
        for comment, start, theme in zip(
            mentions.comment.tolist(), mentions.start.tolist(), mentions.theme.tolist(), strict=True
        )
        if told[theme]
    }
    columns = (clauses.comment, clauses.start, clauses.end, clauses.theme, clauses.polarity)
    units = [
        ClauseText(
            annotations.hashes[place],
            start,
            end,
            comment.verbatim[start:end],
            annotations.themes[theme],
            POLARITIES[polarity],
            comment.language,
            (place, start) in mentioned,
        )
        for place, start, end, theme, polarity in zip(*(column[rows].tolist() for column in columns), strict=True)
        if (comment := found[place]) is not None
    ]
    return units, annotations.vectors if whole else annotations.vectors[rows]


@dataclass(frozen=True, slots=True)
class ClauseSet:
    """Clauses, and their distinct texts with what is known of them, a row each: language, comment (a number), pole.

    `founds`: whether a text gives a cause. One that fits no theme but the bare verdict ("which was embarrassing", "I
    called twice") founds no topic, and joins one only where it is near.
    """

    units: Sequence[ClauseText]
    distinct: Distinct
    languages: list[str]
    sources: Integers
    poles: Integers
    founds: NDArray[np.bool_]

    @classmethod
    def of(cls, units: Sequence[ClauseText], vectors: Vectors | NDArray[np.float16]) -> ClauseSet:
        """`vectors` (units, d) are unit-length. The order of the units does not matter.

        Clauses of function words ("other than that") have no part in topics.
        """
        telling = {said: says_something(*said) for said in {(unit.text, unit.language) for unit in units}}
        texts = [unit.text if telling[unit.text, unit.language] else "" for unit in units]
        said = [(text, unit.content_hash, unit.start) for text, unit in zip(texts, units, strict=True)]
        distinct = Distinct.of(said, vectors)
        sources = distinct.least([unit.content_hash for unit in units])
        felt = distinct.most([unit.polarity.value for unit in units])
        return cls(
            units,
            distinct,
            distinct.most([unit.language or "und" for unit in units]),
            np.unique(sources, return_inverse=True)[1],
            np.array([_POLES.get(polarity, 0) for polarity in felt], np.int64),
            np.array([theme != VERDICT for theme in distinct.most([unit.theme for unit in units])], bool),
        )

    def cluster(self, rows: Integers, space: LanguageCentring, *, least: int | None = None) -> ClusteringResult:
        """Cluster some of the distinct texts; `space` is theirs."""
        is_all = len(rows) == len(self.distinct.keys)  # a million vectors are not copied for nothing
        languages = [self.languages[row] for row in rows.tolist()]
        communities = Communities(
            self.distinct.counts[rows],
            sources=self.sources[rows],
            poles=self.poles[rows],
            languages=languages,
            founds=self.founds[rows],
            least=least,
        )
        distinct = self.distinct if is_all else self.distinct.take(rows)
        return cluster(distinct, languages, space, communities)

    def themes_of(self, labels: Integers, themes: CodeFrame) -> dict[int, tuple[str, str, int]]:
        """Theme, polarity and number of clauses of each label (distinct,); the theme is `VERDICT` for no cause."""
        mentions = Counter[int]()
        named: defaultdict[int, Counter[str]] = defaultdict(Counter)
        felt: defaultdict[int, Counter[str]] = defaultdict(Counter)
        known = set(themes.ids)
        for unit, place in zip(self.units, self.distinct.place.tolist(), strict=True):
            if place >= 0 and (label := int(labels[place])) >= 0:
                named[label][unit.theme if unit.theme in known else ""] += 1
                felt[label][unit.polarity.value] += 1
                mentions[label] += unit.is_mention
        return {
            label: (
                _theme(named[label]) if mentions[label] >= _MENTIONS * counts.total() else VERDICT,
                commonest(counts),
                counts.total(),
            )
            for label, counts in sorted(felt.items())
        }


def find_topics(
    units: Sequence[ClauseText], vectors: Vectors, *, themes: CodeFrame
) -> tuple[list[Topic], list[Assignment]]:
    """Topics, largest first, each under the theme of most of its clauses, and which clause is in which.

    `vectors` (units, d) are unit-length. Complaint and praise about one thing are two topics; clauses with the same
    words are always in the same one. The order of the units does not matter. What gives no reason ("great!", or a bit
    of a story) is no cause: neither the topics that are mostly that nor their clauses are returned. Clauses that fit no
    topic have no assignment.
    """
    material = ClauseSet.of(units, vectors)
    found = material.cluster(np.arange(len(material.distinct.keys)), LanguageCentring(material.languages))
    about = material.themes_of(found.labels, themes)
    topics = [
        Topic(
            described.id,
            theme,
            described.label,
            described.keywords,
            polarity,
            size,
            pack(described.centroid),
            labels=dict(described.labels),
            stability=described.stability,
            parts=tuple(Part(part.id, part.label, part.size) for part in described.parts.values()),
        )
        for label, described in found.described.items()
        for theme, polarity, size in [about[label]]
        if theme != VERDICT
    ]
    names = {label: described.id for label, described in found.described.items() if about[label][0] != VERDICT}
    assignments = [
        Assignment(unit.content_hash, unit.start, unit.end, names[label], float(found.confidence[place]))
        for unit, place in zip(units, material.distinct.place.tolist(), strict=True)
        if place >= 0 and (label := int(found.labels[place])) in names
    ]
    return topics, assignments


def _theme(counts: Counter[str]) -> str:
    """The commonest known theme; the bare verdict only where it is that of more than half, or nothing else is known."""
    known = Counter({theme: count for theme, count in counts.items() if theme})
    if known[VERDICT] * 2 <= known.total():
        del known[VERDICT]
    return commonest(known) if known else VERDICT
