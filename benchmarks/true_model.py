"""Upper bound of accuracy: recoverable points by maximum likelihood in the model that simulated surveys are drawn from.

That model is an ordered logit of the three groups, latent satisfaction with two thresholds. What this estimate cannot put in order, no estimate can from so many responses from the groups alone; the eleven scores tell more.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from models.arrays import Floats
from pipelines.impact.nps import Z95
from tests.builders.simulated_surveys import Scores

#: Step of the numerical derivatives.
_STEP = 1e-4

#: Prior variance of a coefficient: wide, only so that the likelihood has a maximum.
_PRIOR_VARIANCE = 100


def estimates(scores: Scores, blamed: sparse.csr_array, praised: sparse.csr_array) -> tuple[Floats, Floats]:
    """What each complaint costs, and the lower ends of the 95 % intervals (delta method): (K,), (K,).

    Parameters are the lower threshold, the log of the distance to the upper one, and the coefficients of the columns.
    """
    design = sparse.hstack([blamed, praised]).toarray().astype(np.float64)
    causes, parameters = blamed.shape[1], design.shape[1] + 2
    group = np.searchsorted([7, 9], scores, side="right")

    def loss(values: Floats) -> tuple[float, Floats]:
        """Minus the penalised log likelihood, and its gradient."""
        below, above = _cumulative(values, design)
        density = np.stack([below * (1 - below), above * (1 - above)])
        probability = np.maximum(np.choose(group, [below, above - below, 1 - above]), 1e-12)
        slopes = [np.choose(group, [density[0], -density[0], 0]), np.choose(group, [0, density[1], -density[1]])]
        lower, upper = (slope / probability for slope in slopes)
        gap = np.exp(values[1])
        gradient = np.concatenate([[(lower + upper).sum(), upper.sum() * gap], -(lower + upper) @ design])
        penalty = (values[2:] ** 2).sum() / (2 * _PRIOR_VARIANCE)
        return float(-np.log(probability).sum() + penalty), _penalised(-gradient, values)

    values: Floats = minimize(loss, np.zeros(parameters), jac=True, method="BFGS", options={"gtol": 1e-3}).x
    steps = _STEP * np.eye(parameters)
    information = np.array([(loss(values + step)[1] - loss(values - step)[1]) / (2 * _STEP) for step in steps])
    estimate = _recoverable(values, design, causes)
    differences = [
        _recoverable(values + step, design, causes) - _recoverable(values - step, design, causes) for step in steps
    ]
    jacobian = np.array(differences).T / (2 * _STEP)
    covariance = np.linalg.inv((information + information.T) / 2)
    ends: Floats = estimate - Z95 * np.sqrt(np.einsum("ki,ij,kj->k", jacobian, covariance, jacobian))
    return estimate, ends


def _penalised(gradient: Floats, values: Floats) -> Floats:
    penalised: Floats = gradient + np.concatenate([[0, 0], values[2:] / _PRIOR_VARIANCE])
    return penalised


def _cumulative(values: Floats, design: Floats) -> tuple[Floats, Floats]:
    """The probabilities of being a detractor, and of not being a promoter: (N,), (N,)."""
    satisfaction = design @ values[2:]
    return expit(values[0] - satisfaction), expit(values[0] + np.exp(values[1]) - satisfaction)


def _recoverable(values: Floats, design: Floats, causes: int) -> Floats:
    """By how many points the NPS would be higher without each cause (K,)."""

    def score(satisfaction: Floats) -> float:
        not_promoter = expit(values[0] + np.exp(values[1]) - satisfaction)
        return 100 * float((1 - not_promoter - expit(values[0] - satisfaction)).mean())

    satisfaction = design @ values[2:]
    now = score(satisfaction)
    return np.array(
        [score(satisfaction - values[2 + cause] * design[:, cause]) - now for cause in range(causes)], dtype=np.float64
    )
