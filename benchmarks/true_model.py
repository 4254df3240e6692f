"""Upper bound of accuracy: recoverable points by maximum likelihood in the model that simulated surveys are drawn from.

That model is an ordered logit, latent satisfaction with ten thresholds between the scores, or with two between the
groups. What this estimate cannot put in order, no estimate can from so many responses without knowing the effects.
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

#: The first score of passives and of promoters.
_GROUPS = (7, 9)


def estimates(
    scores: Scores, blamed: sparse.csr_array, praised: sparse.csr_array, *, groups_only: bool = False
) -> tuple[Floats, Floats]:
    """What each complaint costs, and the lower ends of the 95 % intervals (delta method): (K,), (K,).

    Parameters are the lowest threshold, the logs of the distances to the next ones, and the coefficients of the
    columns. With `groups_only`, from detractors, passives and promoters instead of all scores.
    """
    design = sparse.hstack([blamed, praised]).toarray().astype(np.float64)
    causes = blamed.shape[1]
    firsts = np.array(_GROUPS) if groups_only else np.unique(np.append(scores, _GROUPS))[1:]  # of each score but one
    cuts = np.searchsorted(firsts, _GROUPS)
    cell = np.searchsorted(firsts, scores, side="right")
    thresholds = len(firsts)

    def loss(values: Floats) -> tuple[float, Floats]:
        """Minus the penalised log likelihood, and its gradient."""
        padded = np.concatenate([[-np.inf], _thresholds(values[:thresholds]), [np.inf]])
        satisfaction = design @ values[thresholds:]
        below, above = expit(padded[cell] - satisfaction), expit(padded[cell + 1] - satisfaction)
        probability = np.maximum(above - below, 1e-12)
        lower, upper = -below * (1 - below) / probability, above * (1 - above) / probability
        by_threshold = (
            np.bincount(cell, upper, thresholds + 1)[:thresholds] + np.bincount(cell, lower, thresholds + 1)[1:]
        )
        by_distance = np.cumsum(by_threshold[::-1])[::-1] * np.append(1, np.exp(values[1:thresholds]))
        gradient = np.concatenate([by_distance, -(lower + upper) @ design])
        penalty = np.where(np.arange(len(values)) < thresholds, 0, values) / _PRIOR_VARIANCE
        return float(-np.log(probability).sum() + (penalty @ values) / 2), penalty - gradient

    start = np.zeros(thresholds + design.shape[1])
    values: Floats = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-3}).x
    steps = _STEP * np.eye(len(values))
    information = np.array([(loss(values + step)[1] - loss(values - step)[1]) / (2 * _STEP) for step in steps])

    def recoverable(at: Floats) -> Floats:
        return _recoverable(_thresholds(at[:thresholds])[cuts], at[thresholds:], design, causes)

    jacobian = np.array([recoverable(values + step) - recoverable(values - step) for step in steps]).T / (2 * _STEP)
    covariance = np.linalg.inv((information + information.T) / 2)
    estimate = recoverable(values)
    ends: Floats = estimate - Z95 * np.sqrt(np.einsum("ki,ij,kj->k", jacobian, covariance, jacobian))
    return estimate, ends


def _thresholds(values: Floats) -> Floats:
    thresholds: Floats = np.cumsum(np.append(values[:1], np.exp(values[1:])))
    return thresholds


def _recoverable(cuts: Floats, slopes: Floats, design: Floats, causes: int) -> Floats:
    """By how many points the NPS would be higher without each cause (K,)."""

    def score(satisfaction: Floats) -> float:
        return 100 * float((1 - expit(cuts[1] - satisfaction) - expit(cuts[0] - satisfaction)).mean())

    satisfaction = design @ slopes
    now = score(satisfaction)
    return np.array(
        [score(satisfaction - slopes[cause] * design[:, cause]) - now for cause in range(causes)], dtype=np.float64
    )
