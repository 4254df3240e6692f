"""Rounding weights to int8 with the least error of the products on measured activations.

The rounding error of each input is compensated by the weights of correlated inputs that are not yet rounded (Frantar et
al. 2023, GPTQ: Accurate Post-Training Quantization, algorithm 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

#: Largest absolute weight: 7 bits instead of 8. Processors without VNNI add two products of an 8-bit activation and a
#: weight in 16 bits; larger weights would overflow there, and results would depend on the processor.
LARGEST = 63
_DAMPING = 0.01  # share of the mean variance that is added to the diagonal, so that the covariance is invertible
_BLOCK = 128  # inputs whose errors are propagated to all later blocks at once


@dataclass(frozen=True)
class Moments:
    """Mean (k,) and covariance (k, k) of the activations at the input of a matrix product."""

    mean: Matrix
    covariance: Matrix


def round_weights(weight: Matrix, moments: Moments) -> tuple[NDArray[np.int8], Matrix, Matrix]:
    """Round weights (k, n): integers within ±`LARGEST` (k, n), scales of the outputs (n,), addition to the bias (n,).

    The addition cancels the effect of rounding on the mean, so the rounding minimises the error by the covariance.
    """
    scales = np.maximum(np.abs(weight).max(axis=0), 1e-8) / LARGEST
    covariance = moments.covariance.astype(np.float64)
    covariance += np.eye(len(weight)) * (_DAMPING * np.trace(covariance) / len(weight) + 1e-9)
    factor = np.linalg.cholesky(np.linalg.inv(covariance)).T
    remaining = weight.astype(np.float64)
    rounded = np.zeros(weight.shape, np.int8)
    for first in range(0, len(weight), _BLOCK):
        block = slice(first, min(first + _BLOCK, len(weight)))
        errors = np.zeros((block.stop - first, weight.shape[1]))
        for i in range(first, block.stop):
            rounded[i] = np.clip(np.round(remaining[i] / scales), -LARGEST, LARGEST)
            errors[i - first] = (remaining[i] - rounded[i] * scales) / factor[i, i]
            remaining[i + 1 : block.stop] -= np.outer(factor[i, i + 1 : block.stop], errors[i - first])
        remaining[block.stop :] -= factor[block, block.stop :].T @ errors
    shift = moments.mean @ (weight - rounded * scales)
    return rounded, scales.astype(np.float32), shift.astype(np.float32)
