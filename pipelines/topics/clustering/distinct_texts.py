"""What is clustered: distinct texts in an order of their own, and vectors without what tells languages apart."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Vectors, unit
from saywhy.text import fold

_BLOCK = 4096


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
    unit(means, out=means)
    return means


def commonest(counts: Counter[str]) -> str:
    """The commonest value; the first in alphabetical order of those that are equally common."""
    return min(counts, key=lambda value: (-counts[value], value))
