"""Linear disclosure: what a reader can compute by adding and subtracting published groups of known members.

A published group is a row of 0 and 1 over people. Whatever is published of each group (its size, its detractors), a
reader can compute for every linear combination of rows. A combination that is 0 for all but a few people tells what
these few said, as a site minus its two published teams tells about the third team, or a report minus an earlier one
about those who came since.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from models.arrays import Floats
from pipelines.disclosure.thresholds import SMALLEST_GROUP

Mask = NDArray[np.bool_]

_Name = TypeVar("_Name", bound=Hashable)

_TOLERANCE = 1e-8
_VISIBLE = 1e-6  # of weights, and of distances from what is known
_COLUMNS_PER_ROW = 3  # of the first look at a large survey


class Span(NamedTuple):
    """All linear combinations of groups: of linearly independent `rows` (R, C), with an orthonormal `basis` (R, C)."""

    rows: Floats
    basis: Floats

    @classmethod
    def of(cls, rows: Floats) -> Span:
        """Of rows (K, C) of 0 and 1.

        Independent ones are chosen by a pivoted Cholesky decomposition of inner products, which are whole numbers here.
        """
        if not rows.size:
            return cls(rows[:0], rows[:0])
        _, order, rank, _ = linalg.lapack.dpstrf(rows @ rows.T, tol=_VISIBLE)
        independent = rows[order[:rank] - 1]
        return cls(independent, np.linalg.qr(independent.T)[0].T)

    def distances(self, rows: Floats) -> Floats:
        """How far rows (N, C) are from the nearest combination, (N,)."""
        beyond = rows - (rows @ self.basis.T) @ self.basis
        return np.asarray(np.linalg.norm(beyond, axis=1))


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
    kinds, people = _kinds_of_people(rows[:, rows.any(axis=0)])
    groups, known = np.split(kinds.astype(np.float64), [len(names)])
    span = Span.of(known)
    is_new = span.distances(groups) > _VISIBLE
    shown = {name for name, new in zip(names, is_new, strict=True) if not new}
    is_open = is_new & ~_differ_by_few(groups, known, people)
    names, groups = [name for name, is_left in zip(names, is_open, strict=True) if is_left], groups[is_open]
    while names and (weights := exposing_combination(groups, span, people)) is not None:
        smallest = int(np.argmax(np.abs(weights) > _VISIBLE))
        del names[smallest]
        groups = np.delete(groups, smallest, axis=0)
    return shown | {*names}


def exposing_combination(groups: Floats, known: Span, people: NDArray[np.int64]) -> Floats | None:
    """Weights, (G,), of groups in a combination with known ones that may concern fewer than five people and cannot be
    computed from the known ones alone; None if there is none.

    `groups` (G, C) and the rows of `known` (K, C) are 0 or 1 for each kind of people, of whom there are `people` (C,).
    These are dealt into five sets, each of which determines every combination up to one of known groups: on it, no
    other combination is 0. A combination that tells something new is then not 0 for at least one person of each set,
    so for at least five. If the people do not suffice for five such sets, the answer is a combination that is 0 for all
    people who are left. It may concern more than four: the test errs on the side of hiding.
    """
    cells, left = np.concatenate([groups, known.rows]), people.copy()
    shuffled = np.random.default_rng(0).permutation(len(people))
    few = _COLUMNS_PER_ROW * len(cells)
    looks = (few, len(people)) if len(people) > SMALLEST_GROUP * few else (len(people),)
    for _ in range(SMALLEST_GROUP):
        most_numerous = shuffled[np.argsort(-np.minimum(left, SMALLEST_GROUP)[shuffled], kind="stable")]
        # In a large survey, a few kinds of people mostly determine all combinations, in a fraction of the time.
        for columns in (most_numerous[:count] for count in looks):
            weighted = cells[:, columns] * np.minimum(left[columns], SMALLEST_GROUP)
            # Pivoting takes the most numerous people first.
            rotation, triangle, order = linalg.qr(weighted, pivoting=True)
            rank = int((np.abs(np.diag(triangle)) > _TOLERANCE).sum())
            zero_on_columns = rotation[:, rank:]  # the weights of all combinations that are 0 for all who are left
            distances = known.distances(zero_on_columns.T @ cells)
            if distances.max(initial=0) <= _VISIBLE:
                left[columns[order[:rank]]] -= 1
                break
        else:
            return np.asarray(zero_on_columns[: len(groups), np.argmax(distances)])
    return None


def _kinds_of_people(rows: Mask) -> tuple[Mask, NDArray[np.int64]]:
    """The different columns (R, C) of the rows (R, N), and how many people each stands for."""
    packed = np.ascontiguousarray(np.packbits(rows, axis=0).T)
    _, first, people = np.unique(packed.view(f"V{packed.shape[1]}"), return_index=True, return_counts=True)
    return rows[:, first], people


def _differ_by_few(groups: Floats, known: Floats, people: NDArray[np.int64]) -> Mask:
    """Which of the groups (G, C) differ from a known one (K, C) by fewer than five people."""
    shared = (groups * people) @ known.T
    differing = (groups @ people)[:, None] + known @ people - 2 * shared
    few: Mask = np.asarray((differing < SMALLEST_GROUP).any(axis=1))
    return few
