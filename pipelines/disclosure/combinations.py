"""Linear disclosure: what a reader can compute by adding and subtracting published groups of known members.

A published group is a row of 0 and 1 over people. Whatever is published of each group (its size, its detractors), a
reader can compute for every linear combination of rows. A combination that is 0 for all but a few people tells what
these few said, as a site minus its two published teams tells about the third team, or a report minus an earlier one
about those who came since.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from models.arrays import Floats
from pipelines.disclosure.thresholds import SMALLEST_GROUP

Mask = NDArray[np.bool_]

_Name = TypeVar("_Name", bound=Hashable)

_TOLERANCE = 1e-8
_VISIBLE = 1e-6  # of weights, and of distances from what is known


def publishable_together(members: Mapping[_Name, Mask], published: Sequence[Mask]) -> set[_Name]:
    """The names of the groups that can be published beside each other and what is `published` anyway: masks (N,).

    A group that can be computed from what is published tells nothing new. Left out are those that differ from a
    published one by fewer than five people, and then the smallest of any combination that may concern so few, until
    there is none.
    """
    if not members:
        return set()
    names = sorted(members, key=lambda name: (int(members[name].sum()), str(name)))
    rows = np.stack([*(members[name] for name in names), *published])
    # People who are in the same groups are alike: one column stands for them, with their number.
    columns, people = np.unique(rows[:, rows.any(axis=0)], axis=1, return_counts=True)
    groups, known = np.split(columns.astype(np.float64), [len(names)])
    is_new = np.linalg.norm(_beyond(groups, _span(known)[1]), axis=1) > _VISIBLE
    shown = {name for name, new in zip(names, is_new, strict=True) if not new}
    is_open = is_new & ~_differ_by_few(groups, known, people)
    names, groups = [name for name, is_left in zip(names, is_open, strict=True) if is_left], groups[is_open]
    while names and (weights := exposing_combination(groups, known, people)) is not None:
        smallest = int(np.argmax(np.abs(weights) > _VISIBLE))
        del names[smallest]
        groups = np.delete(groups, smallest, axis=0)
    return shown | {*names}


def exposing_combination(groups: Floats, known: Floats, people: NDArray[np.int64]) -> Floats | None:
    """Weights, (G,), of groups in a combination with known ones that may concern fewer than five people and cannot be
    computed from the known ones alone; None if there is none.

    `groups` (G, C) and `known` (K, C) are 0 or 1 for each kind of people, of whom there are `people` (C,). These are
    dealt into five sets, each of which determines every combination up to one of known groups: on it, no other
    combination is 0. A combination that tells something new is then not 0 for at least one person of each set, so for
    at least five. If the people do not suffice for five such sets, the answer is a combination that is 0 for all people
    who are left. It may concern more than four: the test errs on the side of hiding.
    """
    independent, span = _span(known)
    cells, left = np.concatenate([groups, known[independent]]), people.copy()
    for _ in range(SMALLEST_GROUP):
        # Pivoting takes the most numerous people first.
        rotation, triangle, order = linalg.qr(cells * np.minimum(left, SMALLEST_GROUP), pivoting=True)
        rank = int((np.abs(np.diag(triangle)) > _TOLERANCE).sum())
        zero_on_left = rotation[:, rank:]  # the weights of all combinations that are 0 for all who are left
        distances = np.linalg.norm(_beyond(zero_on_left.T @ cells, span), axis=1)
        if distances.max(initial=0) > _VISIBLE:
            return np.asarray(zero_on_left[: len(groups), np.argmax(distances)])
        left[order[:rank]] -= 1
    return None


def _differ_by_few(groups: Floats, known: Floats, people: NDArray[np.int64]) -> Mask:
    """Which of the groups (G, C) differ from a known one (K, C) by fewer than five people."""
    shared = (groups * people) @ known.T
    differing = (groups @ people)[:, None] + known @ people - 2 * shared
    few: Mask = np.asarray((differing < SMALLEST_GROUP).any(axis=1))
    return few


def _span(rows: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Indices of linearly independent rows that span all rows (R, C), and an orthonormal basis of their span."""
    if not rows.size:
        return np.empty(0, dtype=np.intp), np.empty((0, rows.shape[1]))
    rotation, triangle, order = linalg.qr(rows.T, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > _TOLERANCE).sum())
    return order[:rank], rotation[:, :rank].T


def _beyond(rows: Floats, span: Floats) -> Floats:
    """The rows less their projections on the span."""
    return rows - (rows @ span.T) @ span
