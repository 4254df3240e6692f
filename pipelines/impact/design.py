"""The design matrix of the outcome model, and its distinct rows with their counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import Floats, Integers
from pipelines.impact.nps import by_group


def design_matrix(named: sparse.csr_array, controls: sparse.csr_array | None) -> sparse.csr_array:
    """Columns: intercept, causes, controls. Shapes (N, K), (N, C) → (N, 1 + K + C), entries 0 and 1."""
    intercept = sparse.csr_array(np.ones((named.shape[0], 1)))
    blocks = [intercept, named.astype(bool), *([] if controls is None else [controls.astype(bool)])]
    return sparse.csr_array(sparse.hstack(blocks, format="csr", dtype=np.float64))


def aggregated(design: sparse.csr_array, points: NDArray[np.int8]) -> tuple[sparse.csr_array, Floats, NDArray[np.intp]]:
    """The U distinct rows, (U, P), how many promoters, passives and detractors have each, (U, 3), and the row of each
    response, (N,).

    The order of the result does not depend on the order of the input rows.
    """
    _, first, row = np.unique(row_hashes(design), return_index=True, return_inverse=True)
    group = by_group(points).argmax(axis=1)
    counts = np.bincount(3 * row.ravel() + group, minlength=3 * len(first)).reshape(-1, 3)
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
