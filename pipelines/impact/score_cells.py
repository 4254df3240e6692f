"""The scores that occur in a survey as intervals between thresholds, in matrix form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats


@dataclass(frozen=True, slots=True)
class ScoreCells:
    """C cells: the scores that occur, but 7 and 8 as one; and the T thresholds between them, 6|7 and 8|9 always.

    With z the logits of scoring above each threshold, (T,), and d the distances of G pairs of thresholds, the log
    probability of a score within its group is above·log σ(z) + below·log σ(-z) + gaps·log(1 - exp(-d)).
    """

    of_score: NDArray[np.intp]  # (11,) the cell of each score; of one that does not occur, any
    groups: Floats  # (C, 3) 1 where the cell is of detractors, passives, promoters
    above: Floats  # (C, T)
    below: Floats  # (C, T)
    gaps: Floats  # (C, G)
    distances: Floats  # (G, T): d is this times the thresholds
    cuts: NDArray[np.intp]  # (2,) the indices of the thresholds 6|7 and 8|9

    @classmethod
    def of(cls, totals: Floats) -> ScoreCells:
        """From the number of responses with each score, (11,)."""
        cell_totals = np.concatenate([totals[:7], [totals[7:9].sum()], totals[9:]])
        occurring = np.flatnonzero(cell_totals)  # of ten: 0 … 6, passives, 9, 10
        detractors, promoters = int((occurring < 7).sum()), int((occurring > 7).sum())
        cells, first_promoter = len(occurring), len(occurring) - promoters
        lower_cut = max(detractors - 1, 0)
        upper_cut = lower_cut + 1
        thresholds = upper_cut + max(promoters, 1)
        above, below = np.zeros((2, cells, thresholds))
        pairs: list[tuple[int, int, int]] = []  # a cell, its upper and its lower threshold
        for cell in range(detractors):
            below[cell, cell] += 1
            below[cell, lower_cut] -= 1
            if cell:
                above[cell, cell - 1] += 1
                pairs.append((cell, cell, cell - 1))
        for step in range(promoters):
            cell, lower = first_promoter + step, upper_cut + step
            above[cell, lower] += 1
            above[cell, upper_cut] -= 1
            if step < promoters - 1:
                below[cell, lower + 1] += 1
                pairs.append((cell, lower + 1, lower))
        gaps, distances = np.zeros((cells, len(pairs))), np.zeros((len(pairs), thresholds))
        for pair, (cell, upper, lower) in enumerate(pairs):
            gaps[cell, pair], distances[pair, upper], distances[pair, lower] = 1, 1, -1
        score_cells = np.array([0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9])
        return cls(
            of_score=np.searchsorted(occurring, score_cells),
            groups=np.eye(3)[np.searchsorted([6, 7], occurring)],
            above=above,
            below=below,
            gaps=gaps,
            distances=distances,
            cuts=np.array([lower_cut, upper_cut]),
        )

    def counts(self, by_score: Floats) -> Floats:
        """Responses of each row in each cell: by score (U, 11) → (U, C)."""
        in_cell = np.zeros((11, len(self.groups)))
        occurring = self.of_score < len(self.groups)
        in_cell[np.flatnonzero(occurring), self.of_score[occurring]] = 1
        counts: Floats = by_score @ in_cell
        return counts

    def start(self, totals: Floats) -> Floats:
        """The thresholds if nobody names anything, (T,): the logits of the shares below them; totals by cell, (C,)."""
        group = self.groups.argmax(axis=1)
        first_above = [
            *np.flatnonzero(group == 0)[1:],
            int((group < 1).sum()),
            int((group < 2).sum()),
            *np.flatnonzero(group == 2)[1:],
        ]
        below = np.concatenate([[0.0], np.cumsum(totals)])[first_above]
        start: Floats = np.log((below + 0.5) / (totals.sum() - below + 0.5))
        return start
