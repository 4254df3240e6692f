"""Which clauses name which causes, with which polarity."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE
from pipelines.annotate.columns import POLARITIES, Annotations
from saywhy.annotation import Polarity
from saywhy.topic import Assignment


@dataclass(frozen=True, slots=True)
class CauseMentions:
    """The clauses that name causes with one polarity, one row per clause and cause: arrays of the same shape (M,).

    `comment` and `cause` index `SurveyData.comments` and `SurveyData.causes`; `start` and `end` are offsets into the
    verbatim; `clause` is a row of `SurveyData.vectors`, -1 where there is none. Rows are sorted by cause, then comment.
    """

    comment: NDArray[np.int32]
    cause: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    confidence: NDArray[np.float32]
    clause: NDArray[np.int32]

    def of(self, cause: int) -> slice:
        """The rows of one cause."""
        first, last = np.searchsorted(self.cause, [cause, cause + 1])
        return slice(int(first), int(last))


@dataclass(frozen=True, slots=True)
class ClauseCauses:
    """The clauses that name causes with any polarity, one row per clause and cause: arrays of the same shape (M,).

    `comment` indexes `Annotations.hashes`, `polarity` indexes `POLARITIES`, `cause` is -1 where it is not ranked;
    the rest as in `CauseMentions`.
    """

    comment: NDArray[np.int32]
    cause: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    confidence: NDArray[np.float32]
    clause: NDArray[np.int32]
    polarity: NDArray[np.int8]

    def only(self, kept: NDArray[np.bool_]) -> ClauseCauses:
        """The mentions of the causes that `kept` (causes,) is true for; the others have the cause -1."""
        cause = np.where((self.cause >= 0) & kept[self.cause], self.cause, NONE).astype(np.int32)
        return replace(self, cause=cause)


def theme_mentions(annotations: Annotations, cause_of_theme: Mapping[str, int]) -> ClauseCauses:
    """The annotated mentions of themes; `cause_of_theme` is the index of each theme that is a cause."""
    mentions = annotations.mentions
    cause = np.array([cause_of_theme.get(theme, -1) for theme in annotations.themes], dtype=np.int32)[mentions.theme]
    clause = annotations.clauses.find(mentions.comment, mentions.start)
    return ClauseCauses(
        mentions.comment, cause, mentions.start, mentions.end, mentions.confidence, clause, mentions.polarity
    )


def topic_mentions(
    annotations: Annotations, assignments: Iterable[Assignment], cause_of_topic: Mapping[str, tuple[int, Polarity]]
) -> ClauseCauses:
    """The clauses assigned to topics; `cause_of_topic` is the index as a cause and the polarity of each topic.

    The polarity of a row is that of the clause that was assigned, or that of the topic where the clause is neutral or
    no clause has exactly the assigned offsets.
    """
    comment_index = {content_hash: index for index, content_hash in enumerate(annotations.hashes)}
    coded = {topic: (cause, POLARITIES.index(polarity)) for topic, (cause, polarity) in cause_of_topic.items()}
    flat, confidences = array("i"), array("f")
    for assignment in assignments:
        row = comment_index.get(assignment.content_hash, -1)
        if row >= 0 and assignment.topic in coded:
            flat.extend((row, *coded[assignment.topic], assignment.start, assignment.end))
            confidences.append(assignment.confidence)
    comment, cause, topic_polarity, start, end = np.array(flat, dtype=np.int32).reshape(-1, 5).T
    clauses = annotations.clauses
    clause = clauses.find(comment, start)
    polarity, with_clause = topic_polarity.astype(np.int8), np.flatnonzero(clause >= 0)
    is_same_start = clauses.start[clause[with_clause]] == start[with_clause]
    is_same_end = clauses.end[clause[with_clause]] == end[with_clause]
    exact = with_clause[is_same_start & is_same_end]
    polar = exact[clauses.polarity[clause[exact]] != POLARITIES.index(Polarity.NEUTRAL)]
    polarity[polar] = clauses.polarity[clause[polar]]
    return ClauseCauses(comment, cause, start, end, np.array(confidences, dtype=np.float32), clause, polarity)


def inherited_mentions(topics: ClauseCauses, theme_of: NDArray[np.int32], themes: ClauseCauses) -> ClauseCauses:
    """The mentions of topics as mentions of their themes, without those that `themes` has already.

    `theme_of` (causes,) is the index of the theme of each cause, its own for a theme.
    """
    cause = np.where(topics.cause >= 0, theme_of[topics.cause], NONE).astype(np.int32)
    both = [np.concatenate(pair) for pair in ((topics.comment, themes.comment), (topics.start, themes.start))]
    shape = (*(int(column.max(initial=0)) + 1 for column in both), len(theme_of) + 1)
    keys = np.ravel_multi_index((*both, np.concatenate([cause, themes.cause]) - NONE), shape)
    is_new = (cause != topics.cause) & (cause != NONE) & ~np.isin(keys[: len(cause)], keys[len(cause) :])
    columns = (topics.comment, cause, topics.start, topics.end, topics.confidence, topics.clause, topics.polarity)
    return ClauseCauses(*(column[is_new] for column in columns))


def mentions_of(polarity: Polarity, comment_index: NDArray[np.int32], tables: Sequence[ClauseCauses]) -> CauseMentions:
    """The rows of all tables with one polarity (`mixed` counts as both), in comments of the survey's responses.

    `comment_index` maps `Annotations.hashes` to `SurveyData.comments`, -1 for a comment that no response has.
    """
    counts_as = np.array([candidate in (polarity, Polarity.MIXED) for candidate in POLARITIES])
    kept = [
        (table, counts_as[table.polarity] & (table.cause >= 0) & (comment_index[table.comment] >= 0))
        for table in tables
    ]
    comment = np.concatenate([comment_index[table.comment[mask]] for table, mask in kept])
    cause, start, end, confidence, clause = (
        np.concatenate([getattr(table, name)[mask] for table, mask in kept])
        for name in ("cause", "start", "end", "confidence", "clause")
    )
    order = np.lexsort((start, comment, cause))
    return CauseMentions(*(column[order] for column in (comment, cause, start, end, confidence, clause)))
