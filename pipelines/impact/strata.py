"""Joining strata that are too small to weight by."""

from __future__ import annotations

import numpy as np

from models.arrays import Integers

#: Strata with fewer responses than this are joined.
MIN_STRATUM = 10


def join_small(sizes: Integers, smallest: int = MIN_STRATUM) -> tuple[Integers, Integers]:
    """The new number of each stratum, (strata,), and the sizes of the new ones, (groups, new strata).

    `sizes`, (groups, strata), are the members of each stratum in each group. Strata with fewer than `smallest` in any
    group become one, and that one becomes part of the largest if it is still small.
    """
    is_small = sizes.min(axis=0) < smallest
    new_stratum = np.cumsum(~is_small) - 1
    new_stratum[is_small] = (~is_small).sum()
    joined = np.stack([np.bincount(new_stratum, weights=group_sizes).astype(np.int64) for group_sizes in sizes])
    if is_small.any() and joined.shape[1] > 1 and joined[:, -1].min() < smallest:
        largest = int(joined[:, :-1].sum(axis=0).argmax())
        joined[:, largest] += joined[:, -1]
        new_stratum[is_small] = largest
        joined = joined[:, :-1]
    return new_stratum, joined
