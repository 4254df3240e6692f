"""What the neighbours of a clause say: the library's head reads each clause for itself, and is too sure of odd ones.

A clause about something that the library does not know ("the reptiles in cages") may look like a cause to the head.
If it names that cause, other customers of the survey say it too, in clauses that are near. So the probabilities of a
clause are averaged with those of its neighbours: one step of label propagation (Zhu and Ghahramani 2002, Learning from
Labeled and Unlabeled Data with Label Propagation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Integers, Vectors
from pipelines.topics.clauses import ClauseText
from pipelines.topics.clustering.communities import min_cluster_size
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.clustering.neighbour_graph import BLOCK, top_k

#: Weight of the neighbours beside the clause itself; chosen on four surveys that readers coded: docs/benchmarks.md.
WEIGHT = 0.3

#: Clauses among which neighbours are searched: for a million clauses, more would take too long.
_MAX_VOTERS = 4096

#: Probabilities (n, causes + 1) of vectors (n, d): of each cause in the order of the library, then of no cause.
CauseProbabilities = Callable[[Vectors], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Evenly spaced clauses of the survey with their comments (numbered), vectors and probabilities of the causes."""

    centring: LanguageCentring
    comments: Integers
    vectors: Vectors
    probabilities: NDArray[np.float32]
    number_of: dict[str, int]

    @classmethod
    def of(
        cls,
        clauses: Sequence[ClauseText],
        vectors: Vectors | NDArray[np.float16],
        probabilities: CauseProbabilities,
    ) -> Neighbours:
        """`vectors` (clauses, d) are of unit length."""
        rows = slice(None, None, max(1, -(-len(clauses) // _MAX_VOTERS)))
        voters, sample = clauses[rows], vectors[rows].astype(np.float32)
        centring = LanguageCentring([clause.language or "und" for clause in voters]).fit(sample)
        number_of = {key: number for number, key in enumerate(dict.fromkeys(clause.content_hash for clause in voters))}
        comments = np.array([number_of[clause.content_hash] for clause in voters], np.int64)
        return cls(centring, comments, centring.transform(sample), probabilities(sample), number_of)

    def average(
        self, clauses: Sequence[ClauseText], vectors: Vectors, probabilities: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The probabilities (n, causes + 1) of clauses, averaged with those of their neighbours in other comments.

        There are as many neighbours as the smallest topic has texts. Those that are no nearer than unrelated clauses,
        as in a survey of a few comments, do not count.
        """
        averaged = probabilities.copy()
        count = min(min_cluster_size(len(self.comments)), len(self.comments))
        centring = self.centring.for_languages
        for start in range(0, len(clauses), BLOCK):
            chunk, rows = clauses[start : start + BLOCK], slice(start, start + BLOCK)
            centred = centring([clause.language or "und" for clause in chunk]).transform(vectors[rows])
            similarity = centred @ self.vectors.T
            own = np.array([self.number_of.get(clause.content_hash, -1) for clause in chunk], np.int64)
            similarity[own[:, None] == self.comments] = -1.0
            nearest, nearness = top_k(similarity, count)
            is_near = (nearness > 0).astype(np.float32)
            votes = np.einsum("nk,nkc->nc", is_near, self.probabilities[nearest]) / count
            weight = WEIGHT * is_near.mean(axis=1, keepdims=True)
            averaged[rows] = (1 - weight) * probabilities[rows] + WEIGHT * votes
        return averaged
