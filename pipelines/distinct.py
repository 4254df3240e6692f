"""What is clustered: distinct texts in an order of their own, and vectors without what tells languages apart."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from saywhy.text import fold

Vectors = NDArray[np.float32]

_BLOCK = 4096
_FAMILIAR = 5  # texts of a language that weigh as much as the mean of all languages does


@dataclass(frozen=True, slots=True)
class Distinct:
    """Texts that differ in more than case, spaces and punctuation, in an order that depends only on what they say.

    `place` is that of each original text, -1 for one that says nothing.
    """

    keys: list[str]
    texts: list[str]
    counts: NDArray[np.int64]
    vectors: Vectors
    place: NDArray[np.int64]

    @classmethod
    def of(cls, said: Sequence[tuple[str, str, int]], vectors: Vectors | NDArray[np.float16]) -> Distinct:
        """`said` are texts with what orders those that are the same."""
        folds = {text: fold(text) for text in {text for text, _, _ in said}}
        folded = [folds[text] for text, _, _ in said]
        digests = {key: hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest() for key in folds.values() if key}
        order = [at for at in range(len(said)) if folded[at]]
        order.sort(key=lambda at: (digests[folded[at]], said[at]))
        number = {key: at for at, key in enumerate(dict.fromkeys(folded[at] for at in order))}
        place = np.array([number.get(key, -1) for key in folded], np.int64)
        counts = np.bincount(place[place >= 0], minlength=len(number))
        starts = np.cumsum(counts) - counts
        texts = [said[order[start]][0] for start in starts]
        return cls(list(number), texts, counts, _means(vectors, np.array(order, np.int64), starts), place)

    def take(self, rows: NDArray[np.int64]) -> Distinct:
        """Some of the distinct texts; `place` is theirs among themselves."""
        chosen = rows.tolist()
        return Distinct(
            [self.keys[row] for row in chosen],
            [self.texts[row] for row in chosen],
            self.counts[rows],
            self.vectors[rows],
            np.arange(len(chosen)),
        )

    def least(self, values: Sequence[str]) -> list[str]:
        """For each distinct text the first, in alphabetical order, of its originals' values."""
        first: dict[int, str] = {}
        for place, value in zip(self.place.tolist(), values, strict=True):
            first[place] = min(value, first.get(place, value))
        return [first[place] for place in range(len(self.keys))]

    def most(self, values: Sequence[str]) -> list[str]:
        """For each distinct text the commonest of its originals' values."""
        seen: list[Counter[str]] = [Counter() for _ in self.keys]
        for place, value in zip(self.place.tolist(), values, strict=True):
            if place >= 0:
                seen[place][value] += 1
        return [commonest(counter) for counter in seen]


def _means(vectors: Vectors | NDArray[np.float16], order: NDArray[np.int64], starts: NDArray[np.int64]) -> Vectors:
    """The unit-length mean of the rows of each group; group g is `order[starts[g] : starts[g + 1]]`. By blocks, so that
    no second copy of all vectors is made."""
    means = np.empty((len(starts), vectors.shape[1]), np.float32)
    ends = np.append(starts[1:], len(order))
    for first in range(0, len(starts), _BLOCK):
        inside = slice(first, first + _BLOCK)
        rows = order[starts[first] : ends[inside][-1]]
        np.add.reduceat(vectors[rows], starts[inside] - starts[first], axis=0, dtype=np.float32, out=means[inside])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return means


class SameLanguage:
    """Takes out of vectors what tells languages apart, so that the same cause is near in all of them.

    Texts of one language share a direction in a multilingual encoder's space (on the sample 14 % of the variance, and
    85 % of all nearest neighbours then share the language). Each language's mean is subtracted; that of a language with
    few texts is drawn to the mean of all. This is BERTopic's dimensionality stage.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = np.array(languages)
        self._is_measured = False

    def fit(self, X: Vectors, y: object = None) -> Self:  # noqa: ARG002, N803
        """Measure the means of unit vectors (n, d) in the order of the languages, unless that was done before."""
        if self._is_measured:
            return self
        if not len(X):
            self._mean, self._offsets = np.zeros(X.shape[1], np.float32), {}
            return self
        self._mean = X.mean(axis=0)
        self._offsets = {
            language: (X[here] - self._mean).sum(axis=0) / (here.sum() + _FAMILIAR)
            for language in np.unique(self.languages)
            for here in [self.languages == language]
        }
        return self

    def transform(self, X: Vectors) -> Vectors:  # noqa: N803
        """The same vectors without them, unit-length again; of a language that was not there, without that of all."""
        centred: Vectors = X - self._mean
        for language, offset in self._offsets.items():
            centred[self.languages == language] -= offset
        centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
        return centred

    def speaking(self, languages: Sequence[str]) -> SameLanguage:
        """The same space for other rows, in these languages."""
        other = SameLanguage(languages)
        other._mean, other._offsets, other._is_measured = self._mean, self._offsets, True
        return other

    def means(self) -> tuple[tuple[str, ...], bytes]:
        """What was measured: the languages, and as float16 the mean of all and the offset of each from it."""
        languages = tuple(sorted(map(str, self._offsets)))
        rows = [self._mean, *(self._offsets[language] for language in languages)]
        return languages, np.stack(rows).astype("<f2").tobytes()

    @classmethod
    def measured(cls, languages: Sequence[str], known: Sequence[str], means: bytes) -> Self:
        """For rows in these languages, with what was measured before: see `means`."""
        rows = np.frombuffer(means, "<f2").astype(np.float32).reshape(len(known) + 1, -1)
        space = cls(languages)
        space._mean, space._offsets = rows[0], dict(zip(known, rows[1:], strict=True))
        space._is_measured = True
        return space


def commonest(counts: Counter[str]) -> str:
    """The commonest value; the first in alphabetical order of those that are equally common."""
    return min(counts, key=lambda value: (-counts[value], value))
