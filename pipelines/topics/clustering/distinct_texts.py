"""The rows that are clustered: distinct texts, in an order that depends on their content alone."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, Vectors, unit
from saywhy.text import fold

#: Texts whose vectors are averaged at a time.
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class DistinctTexts:
    """Texts that differ in more than case, spaces and punctuation, one per row, sorted by a digest of the folded text.

    `keys` are the folded texts, `counts` how many originals a row stands for, `vectors` (rows, d) their mean of unit
    length. `row_of` is the row of each original, -1 for one that is empty after folding.
    """

    keys: list[str]
    texts: list[str]
    counts: Integers
    vectors: Vectors
    row_of: Integers

    @classmethod
    def of(cls, originals: Sequence[tuple[str, str, int]], vectors: Vectors | NDArray[np.float16]) -> DistinctTexts:
        """`originals` are (text, content hash, start offset); the last two order originals with equal folded text."""
        fold_of = {text: fold(text) for text in {text for text, _, _ in originals}}
        folded = [fold_of[text] for text, _, _ in originals]
        digests = {
            key: hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest() for key in fold_of.values() if key
        }
        order = [index for index in range(len(originals)) if folded[index]]
        order.sort(key=lambda index: (digests[folded[index]], originals[index]))
        row_by_key = {key: row for row, key in enumerate(dict.fromkeys(folded[index] for index in order))}
        row_of = np.array([row_by_key.get(key, NONE) for key in folded], np.int64)
        counts = np.bincount(row_of[row_of != NONE], minlength=len(row_by_key))
        starts = np.cumsum(counts) - counts
        texts = [originals[order[start]][0] for start in starts]
        return cls(list(row_by_key), texts, counts, _means(vectors, np.array(order, np.int64), starts), row_of)

    def take(self, rows: Integers) -> DistinctTexts:
        """Some of the rows, in the order given, each its own original."""
        chosen = rows.tolist()
        return DistinctTexts(
            [self.keys[row] for row in chosen],
            [self.texts[row] for row in chosen],
            self.counts[rows],
            self.vectors[rows],
            np.arange(len(chosen)),
        )

    def min_by_text(self, values: Sequence[str]) -> list[str]:
        """For each row the alphabetically first of the values of its originals."""
        first: dict[int, str] = {}
        for row, value in zip(self.row_of.tolist(), values, strict=True):
            first[row] = min(value, first.get(row, value))
        return [first[row] for row in range(len(self.keys))]

    def sum_by_text(self, values: Sequence[int]) -> Integers:
        """For each row the sum of the values of its originals."""
        has_row = self.row_of != NONE
        sums = np.bincount(self.row_of[has_row], np.array(values, np.int64)[has_row], minlength=len(self.keys))
        return sums.astype(np.int64)

    def mode_by_text(self, values: Sequence[str]) -> list[str]:
        """For each row the most common of the values of its originals."""
        counters: list[Counter[str]] = [Counter() for _ in self.keys]
        for row, value in zip(self.row_of.tolist(), values, strict=True):
            if row != NONE:
                counters[row][value] += 1
        return [most_common(counter) for counter in counters]


def most_common(counts: Counter[str]) -> str:
    """The most common value; of equally common ones the alphabetically first."""
    return min(counts, key=lambda value: (-counts[value], value))


def _means(vectors: Vectors | NDArray[np.float16], order: Integers, starts: Integers) -> Vectors:
    """The unit-length mean of each group of rows; group g is `order[starts[g] : starts[g + 1]]`.

    Works by blocks, so that no second copy of all vectors is made.
    """
    means = np.empty((len(starts), vectors.shape[1]), np.float32)
    ends = np.append(starts[1:], len(order))
    for first in range(0, len(starts), _BLOCK):
        block = slice(first, first + _BLOCK)
        rows = order[starts[first] : ends[block][-1]]
        np.add.reduceat(vectors[rows], starts[block] - starts[first], axis=0, dtype=np.float32, out=means[block])
    unit(means, out=means)
    return means
