"""Fitting the heads: each minimises the loss of the labels and what it costs to leave the weights that serve.

With the encoder and the attention as they are, every head is linear in what it sees, so each is a regression of its
own: the prior of its weights is a normal distribution around those of the version that serves (as in Chelba & Acero
2006, Adaptation of Maximum Entropy Capitalizer). Few labels move them little, and only where the labels say something;
texts of which the version that serves is sure (`anchors`) hold them where nobody said anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.arrays import Floats

#: Steps of the optimiser: later ones change no decision.
_ITERATIONS = 50
#: The least sum of exponents whose logarithm is taken.
_LEAST = np.finfo(np.float64).tiny

#: Value and gradient of a loss at logits (n, c).
Loss = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear map: `weight` (d, c) and `bias` (c,)."""

    weight: Floats
    bias: Floats

    def __call__(self, features: NDArray[np.floating]) -> Floats:
        return np.asarray(features, np.float64) @ self.weight + self.bias


def fit(features: NDArray[np.floating], loss: Loss, start: Linear, pull: Floats) -> Linear:
    """The map of features (n, d) with the least `loss` of its logits plus half the squared distance from `start`,
    weighted by `pull` (c,) for each column, in units of the features' variance.

    The features are centred: token states and vectors have a mean much longer than what differs between them, and with
    it the optimiser would need many times as many steps.
    """
    x = np.array(features, np.float32)  # of 385 classes and 2,000 clauses, twice as fast
    centre = x.mean(axis=0)
    x -= centre
    start = Linear(start.weight, start.bias + centre @ start.weight)
    d, c = start.weight.shape
    strength = pull * max(float(np.einsum("nd,nd->n", x, x).mean()), 1e-12)

    def objective(flat: Floats) -> tuple[float, Floats]:
        weight, bias = flat[: d * c].reshape(d, c), flat[d * c :]
        value, slope = loss((x @ weight.astype(np.float32)).astype(np.float64) + bias)
        moved, moved_bias = weight - start.weight, bias - start.bias
        value += float((strength * (moved * moved)).sum() + (pull * (moved_bias * moved_bias)).sum()) / 2
        return value, np.concatenate(
            [(x.T @ slope.astype(np.float32) + strength * moved).ravel(), slope.sum(axis=0) + pull * moved_bias]
        )

    result = minimize(
        objective,
        np.concatenate([start.weight.ravel(), start.bias]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "maxcor": 10, "ftol": 1e-7},
    )
    weight, bias = result.x[: d * c].reshape(d, c), result.x[d * c :]
    return Linear(weight, bias - centre @ weight)


def binary_loss(targets: Floats, weights: Floats) -> Loss:
    """Cross-entropy of independent probabilities: `targets` and `weights` are (n, c)."""

    def loss(logits: Floats) -> tuple[float, Floats]:
        value = np.logaddexp(0, logits) - targets * logits
        slope = 1 / (1 + np.exp(-logits)) - targets
        return float((weights * value).sum()), weights * slope

    return loss


def softmax_loss(targets: Floats, weights: Floats, among: NDArray[np.bool_] | None = None) -> Loss:
    """Cross-entropy of distributions: `targets` (n, c), `weights` (n,).

    Rows of `among` (n, c) with any mark have no target: the loss is that of the marked classes together.
    """
    is_among = np.zeros(len(weights), bool) if among is None else among.any(axis=1)
    marked = None if among is None else among[is_among]
    sums = targets.sum(axis=1)

    def loss(logits: Floats) -> tuple[float, Floats]:
        top = logits.max(axis=1, keepdims=True)
        exponents = np.exp(logits - top)
        totals = exponents.sum(axis=1)
        log_totals = np.log(totals) + top[:, 0]
        losses = sums * log_totals - np.einsum("nc,nc->n", targets, logits)
        wanted = targets
        if marked is not None:
            masked = exponents[is_among] * marked
            marked_totals = np.maximum(masked.sum(axis=1), _LEAST)
            losses[is_among] = np.log(totals[is_among]) - np.log(marked_totals)
            wanted = targets.copy()
            wanted[is_among] = masked / marked_totals[:, None]
        exponents /= totals[:, None]
        return float(weights @ losses), weights[:, None] * (exponents - wanted)

    return loss
