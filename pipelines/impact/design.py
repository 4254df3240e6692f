"""The design matrix of the score model, and its distinct rows with their counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import Floats, Integers
from pipelines.impact.effect_prior import SLOPE_SD, EffectPrior

#: From so many values on, those of a dimension have the prior standard deviation `MANY_VALUED_SD`, in logits.
MANY_VALUES = 8
MANY_VALUED_SD = 0.4

#: Values of a score, 0 … 10.
SCORES = 11


@dataclass(frozen=True, slots=True)
class Controls:
    """Properties that effects are adjusted for: columns (N, C), and prior standard deviations of their slopes (C,)."""

    columns: sparse.csr_array
    sd: Floats

    @classmethod
    def of(cls, columns: sparse.csr_array, dimensions: Sequence[str]) -> Controls:
        """Without constant columns; `dimensions` names that of each column.

        Effects of the values of one dimension differ less than those of causes, and in a dimension of many values each
        has few responses: a tight prior keeps them from taking the points of causes by chance.
        """
        members = columns.astype(np.int64).sum(axis=0)
        kept = np.flatnonzero((members > 0) & (members < columns.shape[0])).tolist()
        values = Counter(dimensions[column] for column in kept)
        sd = [MANY_VALUED_SD if values[dimensions[column]] >= MANY_VALUES else SLOPE_SD for column in kept]
        return cls(columns[:, kept], np.array(sd))

    def __getitem__(self, rows: NDArray[np.intp]) -> Controls:
        return Controls(self.columns[rows], self.sd)


def prior_of(causes: int, controls: Controls | None, prior: EffectPrior | None) -> EffectPrior:
    """The prior of all columns of the design: that of the K causes (None: weak), and those of the controls."""
    of_causes = prior or EffectPrior.weak(causes)
    return of_causes if controls is None else of_causes.beside(EffectPrior.weak(len(controls.sd), controls.sd))


def design_matrix(named: sparse.csr_array, controls: Controls | None) -> sparse.csr_array:
    """Columns: causes, controls. Shapes (N, K), (N, C) → (N, K + C), entries 0 and 1."""
    blocks = [named.astype(bool), *([] if controls is None else [controls.columns.astype(bool)])]
    return sparse.csr_array(sparse.hstack(blocks, format="csr", dtype=np.float64))


def aggregated(design: sparse.csr_array, scores: NDArray[np.int8]) -> tuple[sparse.csr_array, Floats, NDArray[np.intp]]:
    """The U distinct rows, (U, P), how many responses of each have each score, (U, 11), and the row of each response,
    (N,).

    The order of the result does not depend on the order of the input rows.
    """
    _, first, row = np.unique(row_hashes(design), return_index=True, return_inverse=True)
    counts = np.bincount(SCORES * row.ravel() + scores, minlength=SCORES * len(first)).reshape(-1, SCORES)
    return design[first], counts.astype(np.float64), row.ravel()


def row_hashes(design: sparse.csr_array) -> Integers:
    """A hash of each row, equal for rows with the same nonzero columns: (N,).

    The sum of one random 64-bit number per column. Among a million different rows, two have the same hash with a
    probability of 3 in 100 million.
    """
    column_hashes = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, design.shape[1])
    hashes = np.zeros(design.shape[0], dtype=np.int64)
    is_filled = np.diff(design.indptr) > 0
    hashes[is_filled] = np.add.reduceat(column_hashes[design.indices], design.indptr[:-1][is_filled])
    return hashes
