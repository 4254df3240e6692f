"""Which clauses name which causes, with which polarity."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.annotate.columns import POLARITIES, Annotations
from saywhy.annotation import Polarity
from saywhy.topic import Assignment


@dataclass(frozen=True, slots=True)
class CauseMentions:
    """The clauses that name the causes with one polarity, one row a clause: arrays of the same shape (M,).

    `comment` and `cause` index `SurveyData.comments` and `SurveyData.causes`; `start` and `end` are offsets into the verbatim;
    `clause` is a row of `SurveyData.vectors`, -1 where there is none. Rows are sorted by cause, then comment.
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
    """Which clause names which cause how; `comment` is a place in `Annotations.hashes`. Arrays of the same shape."""

    comment: NDArray[np.int32]
    cause: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    confidence: NDArray[np.float32]
    clause: NDArray[np.int32]
    polarity: NDArray[np.int8]


def theme_mentions(annotations: Annotations, causes: Mapping[str, int]) -> ClauseCauses:
    """What the mentions name; `causes` is the place of each theme that can be one."""
    found = annotations.mentions
    cause = np.array([causes.get(theme, -1) for theme in annotations.themes], dtype=np.int32)[found.theme]
    clause = annotations.clauses.find(found.comment, found.start)
    return ClauseCauses(found.comment, cause, found.start, found.end, found.confidence, clause, found.polarity)


def topic_mentions(
    annotations: Annotations, assignments: Iterable[Assignment], causes: Mapping[str, tuple[int, Polarity]]
) -> ClauseCauses:
    """What the assigned clauses name; `causes` is the place and the polarity of each topic.

    The polarity is that of the very clause that was assigned, that of the topic where there is no such clause.
    """
    index = {content_hash: place for place, content_hash in enumerate(annotations.hashes)}
    coded = {topic: (place, POLARITIES.index(polarity)) for topic, (place, polarity) in causes.items()}
    whole, sure = array("i"), array("f")
    for assigned in assignments:
        place = index.get(assigned.content_hash, -1)
        if place >= 0 and assigned.topic in coded:
            whole.extend((place, *coded[assigned.topic], assigned.start, assigned.end))
            sure.append(assigned.confidence)
    comment, cause, felt, start, end = np.array(whole, dtype=np.int32).reshape(-1, 5).T
    clauses = annotations.clauses
    clause = clauses.find(comment, start)
    polarity, known = felt.astype(np.int8), np.flatnonzero(clause >= 0)
    exact = known[(clauses.start[clause[known]] == start[known]) & (clauses.end[clause[known]] == end[known])]
    polarity[exact] = clauses.polarity[clause[exact]]
    return ClauseCauses(comment, cause, start, end, np.array(sure, dtype=np.float32), clause, polarity)


def mentions_of(side: Polarity, place: NDArray[np.int32], named: Sequence[ClauseCauses]) -> CauseMentions:
    """What names causes on that side, in comments that someone has written: `place` is that in `SurveyData.comments`."""
    sides = np.array([polarity in (side, Polarity.MIXED) for polarity in POLARITIES])
    kept = [(found, sides[found.polarity] & (found.cause >= 0) & (place[found.comment] >= 0)) for found in named]
    comment = np.concatenate([place[found.comment[rows]] for found, rows in kept])
    cause, start, end, confidence, clause = (
        np.concatenate([getattr(found, name)[rows] for found, rows in kept])
        for name in ("cause", "start", "end", "confidence", "clause")
    )
    order = np.lexsort((start, comment, cause))
    return CauseMentions(*(column[order] for column in (comment, cause, start, end, confidence, clause)))
