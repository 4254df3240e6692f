"""An insider who knows the members of every published group, and adds and subtracts what is published of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.thresholds import SMALLEST_GROUP


def isolated(groups: Sequence[NDArray[np.bool_]]) -> list[int]:
    """All of `isolated_sets`."""
    return [*isolated_sets(groups)]


def isolated_sets(groups: Sequence[NDArray[np.bool_]]) -> Iterator[int]:
    """The size of each set of one to four people of whom some combination of the groups, masks (N,), tells something.

    Such a set exists where the groups, restricted to the other people, have a lower rank. All sets are tried, one
    person standing for those who are in the same groups. Nothing of `pipelines.disclosure` but the limit is used.
    """
    cells, people = np.unique(np.array(groups, dtype=float), axis=1, return_counts=True)
    rank = np.linalg.matrix_rank(cells)
    few = [cell for cell in range(len(people)) if people[cell] < SMALLEST_GROUP]
    for size in range(1, SMALLEST_GROUP):
        for chosen in combinations(few, size):
            count = int(people[list(chosen)].sum())
            if count < SMALLEST_GROUP and np.linalg.matrix_rank(np.delete(cells, chosen, axis=1)) < rank:
                yield count
