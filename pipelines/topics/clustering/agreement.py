"""How well partitions of the same rows agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Integers


def mean_agreement(partitions: Sequence[Integers]) -> float:
    """The mean adjusted Rand index of all pairs of partitions (rows,), labels from 0: at most 1, about 0 by chance.

    That of `sklearn.metrics.adjusted_rand_score` (Hubert & Arabie 1985), to the last bit. An analysis compares
    hundreds of pairs, and checking their arguments took many times as long as the index.
    """
    squares = [_sum_of_squares(labels) for labels in partitions]
    pairs = [(one, other) for one in range(len(partitions)) for other in range(one)]
    return float(np.mean([_adjusted_rand(partitions, squares, one, other) for one, other in pairs]))


def _adjusted_rand(partitions: Sequence[Integers], squares: Sequence[int], one: int, other: int) -> float:
    """The index of two partitions from their 2×2 table of pairs of rows: together in both, in one, in none."""
    a, b = partitions[one], partitions[other]
    rows, in_both = len(a), _sum_of_squares(a * (int(b.max(initial=0)) + 1) + b)
    only_a, only_b = squares[one] - in_both, squares[other] - in_both
    if only_a == only_b == 0:
        return 1.0
    both, neither = in_both - rows, rows**2 - only_a - only_b - in_both
    chance = (both + only_a) * (only_a + neither) + (both + only_b) * (only_b + neither)
    return 2.0 * (both * neither - only_a * only_b) / chance


def _sum_of_squares(labels: Integers) -> int:
    """The sum of the squared sizes of the communities: the number of ordered pairs of rows that are together."""
    _, sizes = np.unique(labels, return_counts=True)
    return int(sizes @ sizes)
