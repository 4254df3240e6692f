"""Rounding weights so that products change least on the activations that occur.

Each input's rounding error is made up for by the inputs that are not yet rounded, as far as they vary together
(Frantar et al. 2023, GPTQ: Accurate Post-Training Quantization, algorithm 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

#: Largest weight. Half of what 8 bits hold, because processors without VNNI add two products of an 8-bit activation and
#: a weight in 16 bits, and more would overflow there: answers would depend on the processor.
LARGEST = 63
_DAMPING = 0.01  # of the mean variance, so that the covariance can be inverted
_BLOCK = 128  # inputs whose errors are passed on at once


@dataclass(frozen=True)
class Moments:
    """Mean (k,) and covariance (k, k) of the activations at the input of a matrix product."""

    mean: Matrix
    covariance: Matrix


def round_weights(weight: Matrix, moments: Moments) -> tuple[NDArray[np.int8], Matrix, Matrix]:
    """Weights (k, n) as integers within ±`LARGEST`, the scale of each output (n,), and what to add to the bias (n,).

    The bias takes up what rounding does to the mean, so the covariance is what is left to minimise.
    """
    scales = np.maximum(np.abs(weight).max(axis=0), 1e-8) / LARGEST
    covariance = moments.covariance.astype(np.float64)
    covariance += np.eye(len(weight)) * (_DAMPING * np.trace(covariance) / len(weight) + 1e-9)
    factor = np.linalg.cholesky(np.linalg.inv(covariance)).T
    left = weight.astype(np.float64)
    rounded = np.zeros(weight.shape, np.int8)
    for first in range(0, len(weight), _BLOCK):
        block = slice(first, min(first + _BLOCK, len(weight)))
        errors = np.zeros((block.stop - first, weight.shape[1]))
        for i in range(first, block.stop):
            rounded[i] = np.clip(np.round(left[i] / scales), -LARGEST, LARGEST)
            errors[i - first] = (left[i] - rounded[i] * scales) / factor[i, i]
            left[i + 1 : block.stop] -= np.outer(factor[i, i + 1 : block.stop], errors[i - first])
        left[block.stop :] -= factor[block, block.stop :].T @ errors
    shift = moments.mean @ (weight - rounded * scales)
    return rounded, scales.astype(np.float32), shift.astype(np.float32)
