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


def publishable_together(members: Mapping[_Name, Mask], published: Sequence[Mask]) -> set[_Name]:
    """The names of the groups that can be published beside each other and what is `published` anyway: masks (N,).

    A group that can be computed from what is published tells nothing new. Of the others the smallest one in any
    combination that may concern fewer than five people is left out, until there is none.
    """
    if not members:
        return set()
    names = sorted(members, key=lambda name: (int(members[name].sum()), str(name)))
    rows = np.stack([members[name] for name in names])
    known = np.stack([np.zeros_like(rows[0]), *published])
    is_new = ~_are_spanned(rows, known)
    shown = {name for name, new in zip(names, is_new, strict=True) if not new}
    names, rows = [name for name in names if name not in shown], rows[is_new]
    while names and (weights := exposing_combination(rows, known)) is not None:
        smallest = int(np.argmax(np.abs(weights) > 1e-6))
        del names[smallest]
        rows = np.delete(rows, smallest, axis=0)
    return shown | {*names}


def exposing_combination(groups: Mask, published: Mask) -> Floats | None:
    """Weights, (G,), of `groups` (G, N) in a combination with `published` (P, N) that may concern fewer than five
    people and cannot be computed from `published` alone; None if there is none.

    The people are dealt into five sets, each of which determines every combination up to one of `published`: on it, no
    other combination is 0. A combination that tells something new is then not 0 for at least one person of each set, so
    for at least five. If the people do not suffice for five such sets, the answer is a combination that is 0 for all
    people who are left. It may concern more than four: the test errs on the side of hiding.
    """
    rows = np.concatenate([groups, published])
    # People who are in the same groups are alike: one column stands for them, with their number.
    columns, people = np.unique(rows[:, rows.any(axis=0)], axis=1, return_counts=True)
    cells = columns.astype(np.float64)
    known = _orthonormal(cells[len(groups) :])
    rank = len(_basis(cells, people))
    for _ in range(SMALLEST_GROUP):
        basis = _basis(cells, people)
        if len(basis) < rank and (weights := _new_and_zero_on(cells[:, people > 0], cells, known)) is not None:
            return weights[: len(groups)]
        people[basis] -= 1
    return None


def _basis(cells: Floats, people: NDArray[np.int64]) -> NDArray[np.intp]:
    """Indices of linearly independent columns that span all columns with people left, the most numerous first."""
    if not cells.size:
        return np.empty(0, dtype=np.intp)
    weighted = cells * np.minimum(people, SMALLEST_GROUP)
    triangle, order = linalg.qr(weighted, mode="r", pivoting=True)
    return np.asarray(order[: int((np.abs(np.diag(triangle)) > _TOLERANCE).sum())])


def _new_and_zero_on(left: Floats, cells: Floats, known: Floats) -> Floats | None:
    """The weights of a combination that is 0 on the columns `left` and not in the span of `known`, if there is one."""
    candidates = linalg.null_space(left.T, rcond=_TOLERANCE) if left.size else np.eye(len(cells))
    distances = np.linalg.norm(_beyond(candidates.T @ cells, known), axis=1)
    if not len(distances) or distances.max() < 1e-6:
        return None
    weights: Floats = candidates[:, np.argmax(distances)]
    return weights


def _are_spanned(rows: Mask, known: Mask) -> Mask:
    """Which of the rows (R, N) are linear combinations of `known` (K, N)."""
    columns = np.unique(np.concatenate([rows, known]), axis=1).astype(np.float64)
    beyond = _beyond(columns[: len(rows)], _orthonormal(columns[len(rows) :]))
    spanned: Mask = np.linalg.norm(beyond, axis=1) < 1e-6
    return spanned


def _orthonormal(rows: Floats) -> Floats:
    """An orthonormal basis, (rank, columns), of the span of the rows."""
    return np.asarray(linalg.orth(rows.T, rcond=_TOLERANCE).T) if rows.size else np.empty((0, rows.shape[1]))


def _beyond(rows: Floats, known: Floats) -> Floats:
    """The rows less their projections on the span of the orthonormal `known`."""
    return rows - (rows @ known.T) @ known
