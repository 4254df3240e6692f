"""The ceiling: recoverable points by maximum likelihood in the very model that simulated surveys are drawn from.

Scores come from a mood with two thresholds (an ordered logit), of which saywhy knows nothing: it fits a multinomial
logit. What this estimate cannot put in order, no estimate can from so many responses, unless it knows the effects.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from models.arrays import Floats
from pipelines.impact.nps import Z95
from tests.builders.surveys import Points

_STEP = 1e-4


def lower_ends(points: Points, blamed: sparse.csr_array, praised: sparse.csr_array) -> Floats:
    """The lower ends (K,) of the 95 % intervals of what each complaint costs (delta method)."""
    design = sparse.hstack([blamed, praised]).toarray().astype(np.float64)
    causes, width = blamed.shape[1], design.shape[1] + 2
    group = np.sign(points.astype(np.int64)) + 1

    def loss(values: Floats) -> tuple[float, Floats]:
        """Minus the log likelihood, with a faint prior so that it has a minimum, and its gradient."""
        below, above = _thresholds(values, design)
        density = np.stack([below * (1 - below), above * (1 - above)])
        chance = np.maximum(np.choose(group, [below, above - below, 1 - above]), 1e-12)
        slopes = [np.choose(group, [density[0], -density[0], 0]), np.choose(group, [0, density[1], -density[1]])]
        lower, upper = (slope / chance for slope in slopes)
        gap = np.exp(values[1])
        gradient = np.concatenate([[(lower + upper).sum(), upper.sum() * gap], -(lower + upper) @ design])
        return float(-np.log(chance).sum() + (values[2:] ** 2).sum() / 200), _penalised(-gradient, values)

    values: Floats = minimize(loss, np.zeros(width), jac=True, method="BFGS", options={"gtol": 1e-3}).x
    steps = _STEP * np.eye(width)
    information = np.array([(loss(values + step)[1] - loss(values - step)[1]) / (2 * _STEP) for step in steps])
    won = _won(values, design, causes)
    slope = np.array([_won(values + step, design, causes) - _won(values - step, design, causes) for step in steps])
    slope = slope.T / (2 * _STEP)
    variance = np.einsum("ki,ij,kj->k", slope, np.linalg.inv((information + information.T) / 2), slope)
    ends: Floats = won - Z95 * np.sqrt(variance)
    return ends


def _penalised(gradient: Floats, values: Floats) -> Floats:
    found: Floats = gradient + np.concatenate([[0, 0], values[2:] / 100])
    return found


def _thresholds(values: Floats, design: Floats) -> tuple[Floats, Floats]:
    """The chances to be a detractor, and to be no promoter: (N,), (N,)."""
    mood = design @ values[2:]
    return expit(values[0] - mood), expit(values[0] + np.exp(values[1]) - mood)


def _won(values: Floats, design: Floats, causes: int) -> Floats:
    """The points won without each cause (K,)."""

    def score(mood: Floats) -> float:
        return 100 * float((1 - expit(values[0] + np.exp(values[1]) - mood) - expit(values[0] - mood)).mean())

    mood = design @ values[2:]
    now = score(mood)
    return np.array([score(mood - values[2 + cause] * design[:, cause]) - now for cause in range(causes)])
