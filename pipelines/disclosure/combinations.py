"""Linear disclosure: what a reader can compute by adding and subtracting published groups of known members.

A published group is a row of 0 and 1 over people. Whatever is published of each group (its size, its detractors), a
reader can compute for every linear combination of rows. A combination that is 0 for all but a few people tells what
these few said, as a site minus its two published teams tells about the third team.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from models.arrays import Floats
from pipelines.disclosure.thresholds import SMALLEST_GROUP

_TOLERANCE = 1e-8


def exposing_combination(groups: NDArray[np.bool_]) -> Floats | None:
    """Weights, (G,), of a combination of the groups that may concern fewer than five people; None if there is none.

    `groups` is (G, people). The people are dealt into five sets, each of which determines every combination: its rank
    is that of all the people together. A combination that is not 0 everywhere is then not 0 for at least one person of
    each set, so for at least five. If the people do not suffice for five such sets, the answer is a combination that is
    0 for all people who are left. It may concern more than four: the test errs on the side of hiding.
    """
    # People who are in the same groups are alike: one column stands for them, with their number.
    columns, people = np.unique(groups[:, groups.any(axis=0)], axis=1, return_counts=True)
    cells = columns.astype(np.float64)
    rank = len(_basis(cells, people))
    for _ in range(SMALLEST_GROUP):
        basis = _basis(cells, people)
        if len(basis) < rank:
            return _zero_on(cells[:, people > 0], cells)
        people[basis] -= 1
    return None


def _basis(cells: Floats, people: NDArray[np.int64]) -> NDArray[np.intp]:
    """Indices of linearly independent columns that span all columns with people left, the most numerous first."""
    if not cells.size:
        return np.empty(0, dtype=np.intp)
    weighted = cells * np.minimum(people, SMALLEST_GROUP)
    triangle, order = linalg.qr(weighted, mode="r", pivoting=True)
    return np.asarray(order[: int((np.abs(np.diag(triangle)) > _TOLERANCE).sum())])


def _zero_on(left: Floats, cells: Floats) -> Floats:
    """The weights of a combination that is 0 on the columns `left` and not on all `cells`."""
    candidates = linalg.null_space(left.T, rcond=_TOLERANCE) if left.size else np.eye(len(cells))
    weights: Floats = candidates[:, np.argmax(np.linalg.norm(candidates.T @ cells, axis=1))]
    return weights
