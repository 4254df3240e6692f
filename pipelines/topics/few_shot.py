"""Causes that people define by a few examples: which other clauses name them (few-shot classification).

The classifier is a prototype, the mean of the examples (Snell, Swersky & Zemel 2017, Prototypical Networks for
Few-shot Learning): a clause names the cause if it is similar enough to the mean. Two descriptions of a clause are
compared at once: its centred vector, and the centred log-probabilities that the library's head gives it. The vector
tells apart what the library does not know; the head knows which differences between clauses are those between causes.

A logistic regression against the other clauses of the survey ranks clauses no better with so few examples, and its
limit depends on what else is in the survey. `benchmarks/few_shot.py` measures precision and recall.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, Vectors, unit
from pipelines.annotate.classification import CommentAnnotator
from pipelines.clean.comments import clean
from pipelines.topics.clauses import ClauseText, polarity_signs
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.edits.draft import overlaps_any
from pipelines.topics.library import LibraryMatch
from pipelines.topics.tracking.memberships import PreviousClustering
from saywhy.code_frame import LibraryCause
from saywhy.feedback import Comment
from saywhy.text import fold
from saywhy.topic import ClauseKey, ExampleCause

#: Cosine similarity to the prototype from which a clause names the cause. Chosen on 50 library causes that the head was
#: made to forget, in surveys of 41 causes, and on five functions that customers miss: docs/benchmarks.md.
MIN_SIMILARITY = 0.37

#: A clause that named the cause in the previous analysis does so down to this similarity: small shifts of the means
#: do not move it back and forth. Set by hand.
KEEP_SIMILARITY = 0.32

#: Weight of the log-probabilities beside the vector.
_HEAD_WEIGHT = 0.5
#: Added to probabilities: below it, the head's differences say nothing.
_MIN_PROBABILITY = 1e-3

#: Clauses that the means are computed from, and clauses that are compared at a time.
_SAMPLE, _CHUNK = 20_000, 8192


def match_examples(
    match: LibraryMatch,
    clauses: Sequence[ClauseText],
    vectors: Vectors | NDArray[np.float16],
    causes: Sequence[ExampleCause],
    annotator: CommentAnnotator,
    previous: PreviousClustering | None,
    *,
    locked: Collection[str] = (),
) -> LibraryMatch:
    """The match with these causes too: clauses that are like the examples of one name that cause, and no other.

    They come before the causes of the match, as people decided what they are. A clause of the opposite polarity names
    none, and neither does one in a `locked` cluster (ids).
    """
    match_all = replace(match, causes=(*match.causes, *(cause.cause for cause in causes)))
    if not any(cause.examples or cause.texts for cause in causes) or not clauses:
        return match_all
    matcher = ExampleMatcher.fit(clauses, vectors, causes, annotator)
    return matcher.match(match, clauses, vectors, annotator, previous, locked=locked)


@dataclass(frozen=True, slots=True)
class ExampleMatcher:
    """Causes that are defined by examples, and what they are compared in: found once, used for further clauses too."""

    causes: tuple[LibraryCause, ...]
    _space: _Space
    _prototypes: tuple[_Prototype, ...]

    @classmethod
    def fit(
        cls,
        clauses: Sequence[ClauseText],
        vectors: Vectors | NDArray[np.float16],
        causes: Sequence[ExampleCause],
        annotator: CommentAnnotator,
    ) -> ExampleMatcher:
        """Compute the means of the clauses (at least one), with vectors (n, d), and the prototypes of the causes."""
        space = _Space.fit(clauses, vectors, annotator)
        prototypes = tuple(_Prototype.of(cause, clauses, vectors, space, annotator) for cause in causes)
        return cls(tuple(cause.cause for cause in causes), space, prototypes)

    def match(
        self,
        match: LibraryMatch,
        clauses: Sequence[ClauseText],
        vectors: Vectors | NDArray[np.float16],
        annotator: CommentAnnotator,
        previous: PreviousClustering | None = None,
        *,
        locked: Collection[str] = (),
        min_similarity: float = MIN_SIMILARITY,
    ) -> LibraryMatch:
        """As `match_examples`, of clauses that need not be those of `fit`."""
        known = len(match.causes)
        ids = [cause.id for cause in self.causes]
        signs = polarity_signs(clause.polarity for clause in clauses)
        cause_signs = polarity_signs(cause.polarity for cause in self.causes)
        memberships = previous.memberships if previous else {}
        named, confidence, second = match.cause.copy(), match.confidence.copy(), match.second.copy()
        for start in range(0, len(clauses), _CHUNK):
            rows = np.arange(start, min(start + _CHUNK, len(clauses)))
            chunk = clauses[start : start + _CHUNK]
            features = self._space.features(vectors[rows], [clause.language or "und" for clause in chunk], annotator)
            folded = [fold(clause.text) for clause in chunk]
            similarity = np.stack([prototype.similarity(features, folded) for prototype in self._prototypes], axis=1)
            members = [memberships.get(clause.key) for clause in chunk]
            before = [(member.cluster if member else None) or "" for member in members]
            similarity[signs[rows][:, None] * cause_signs == -1] = 0
            similarity[[cluster in locked and cluster not in ids for cluster in before]] = 0
            was_in = np.array([[cluster == cause for cause in ids] for cluster in before])
            similarity[similarity < np.where(was_in, KEEP_SIMILARITY, min_similarity)] = 0
            best = similarity.argmax(axis=1)
            highest = similarity[np.arange(len(rows)), best]
            is_like = highest > 0
            like = rows[is_like]
            named[like], confidence[like], second[like] = known + best[is_like], highest[is_like], NONE
        return replace(
            match,
            causes=(*match.causes, *self.causes),
            cause=named,
            confidence=confidence,
            second=second,
            second_confidence=np.where(second == NONE, 0, match.second_confidence),
        )


@dataclass(frozen=True, slots=True)
class _Space:
    """The space in which clauses are compared: vectors and log-probabilities, both without their mean.

    It keeps no annotator, so that it can be stored without the model.
    """

    centring: LanguageCentring
    mean_logs: NDArray[np.float32]

    @classmethod
    def fit(
        cls, clauses: Sequence[ClauseText], vectors: Vectors | NDArray[np.float16], annotator: CommentAnnotator
    ) -> _Space:
        """The means of evenly spaced clauses."""
        rows = slice(None, None, -(-len(clauses) // _SAMPLE))
        sample = vectors[rows].astype(np.float32)
        centring = LanguageCentring([clause.language or "und" for clause in clauses[rows]]).fit(sample)
        return cls(centring, _logs(annotator.cause_probabilities(sample)).mean(axis=0))

    def features(
        self, vectors: Vectors | NDArray[np.float16], languages: Sequence[str], annotator: CommentAnnotator
    ) -> Vectors:
        """Unit vectors (n, d + causes + 1), so that their product is a similarity."""
        vectors = vectors.astype(np.float32)
        logs = unit(_logs(annotator.cause_probabilities(vectors)) - self.mean_logs)
        centred = self.centring.for_languages(languages).transform(vectors)
        return unit(np.concatenate([centred, np.float32(_HEAD_WEIGHT**0.5) * logs], axis=1))

    def features_of_texts(self, texts: Sequence[str], annotator: CommentAnnotator) -> Vectors:
        """Those of texts that are in no comment."""
        languages = [comment.language or "und" for comment in clean([Comment(text) for text in texts])]
        return self.features(annotator.vectors(texts), languages, annotator)


@dataclass(frozen=True, slots=True)
class _Prototype:
    """The means (d,) of the examples and of the counterexamples, zero for none, and the folded texts of both."""

    mean: Vectors
    counter_mean: Vectors
    texts: frozenset[str]
    counter_texts: frozenset[str]

    @classmethod
    def of(
        cls,
        cause: ExampleCause,
        clauses: Sequence[ClauseText],
        vectors: Vectors | NDArray[np.float16],
        space: _Space,
        annotator: CommentAnnotator,
    ) -> _Prototype:
        rows, counter_rows = _rows_of(cause.examples, clauses), _rows_of(cause.counterexamples, clauses)
        examples, counterexamples = (
            space.features(vectors[chosen], [clauses[row].language or "und" for row in chosen.tolist()], annotator)
            for chosen in (rows, counter_rows)
        )
        if cause.texts:
            examples = np.concatenate([examples, space.features_of_texts(cause.texts, annotator)])
        return cls(
            _mean(examples),
            _mean(counterexamples),
            frozenset(fold(text) for text in (*cause.texts, *(clauses[row].text for row in rows.tolist()))),
            frozenset(fold(clauses[row].text) for row in counter_rows.tolist()),
        )

    def similarity(self, features: Vectors, folded: Sequence[str]) -> NDArray[np.float32]:
        """Similarity (n,) to the mean of the examples, 0 for what is closer to that of the counterexamples.

        `folded` are the texts. One that is an example is so everywhere.
        """
        similarity, counter_similarity = features @ self.mean, features @ self.counter_mean
        similarity = np.where(similarity > counter_similarity, similarity, 0).clip(0, 1)
        similarity[[text in self.texts for text in folded]] = 1
        similarity[[text in self.counter_texts for text in folded]] = 0
        return np.asarray(similarity, np.float32)


def _rows_of(keys: Collection[ClauseKey], clauses: Sequence[ClauseText]) -> Integers:
    """The clauses at these positions, or overlapping them: another model version may split a comment elsewhere."""
    hashes = {key[0] for key in keys}
    rows = [
        row for row, clause in enumerate(clauses) if clause.content_hash in hashes and overlaps_any(clause.key, keys)
    ]
    return np.array(rows, np.int64)


def _mean(features: Vectors) -> Vectors:
    return unit(features.sum(axis=0))


def _logs(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.log(probabilities + np.float32(_MIN_PROBABILITY)), np.float32)
