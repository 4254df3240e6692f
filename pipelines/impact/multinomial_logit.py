"""A multinomial logit model of promoter and detractor against passive, with a normal prior on its coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from models.arrays import Floats

#: Prior standard deviations, in logits. That of a coefficient has hardly any effect on a cause with thirty mentions,
#: but keeps the coefficient finite of a cause that only detractors name (Gelman and others 2008). That of the
#: intercepts has practically no effect.
COEFFICIENT_SD = 2.5
INTERCEPT_SD = 10.0

_MAX_STEPS = 50


@dataclass(frozen=True, slots=True)
class LogitModel:
    """Coefficients (2, P) of promoter and detractor against passive, and the inverse of the information (2P, 2P)."""

    coefficients: Floats
    inverse_information: Floats
    degrees_of_freedom: float  # effective number of coefficients per group

    def small_sample_factor(self, n: float) -> float:
        """What variances from n responses are multiplied by: n/(n - degrees of freedom), at most 2."""
        return n / max(n - self.degrees_of_freedom, n / 2)


def fit(design: sparse.csr_array, counts: Floats) -> LogitModel:
    """Penalised maximum likelihood by Newton's method with step halving.

    `design`, (U, P), has the intercept in its first column; `counts`, (U, 3), are the promoters, passives and
    detractors of each row.
    """
    width = design.shape[1]
    penalty = np.full(width, COEFFICIENT_SD**-2)
    penalty[0] = INTERCEPT_SD**-2
    n = counts.sum(axis=1)
    log_totals = np.log(counts.sum(axis=0) + 0.5)
    coefficients = np.zeros((2, width))
    coefficients[:, 0] = log_totals[[0, 2]] - log_totals[1]
    transposed = design.T.tocsr()
    shares, likelihood = _penalised_likelihood(design, coefficients, counts, penalty)
    for _ in range(_MAX_STEPS):
        residual = counts[:, [0, 2]] - n[:, None] * shares
        gradient = (transposed @ residual).T - penalty * coefficients
        information = _information(design, transposed, n, shares)
        step = linalg.solve(information + np.diag(np.tile(penalty, 2)), gradient.ravel(), assume_a="pos")
        decrement, size = float(step @ gradient.ravel()), 1.0
        while True:
            candidate = coefficients + size * step.reshape(2, width)
            shares, candidate_likelihood = _penalised_likelihood(design, candidate, counts, penalty)
            if candidate_likelihood >= likelihood - 1e-9 * abs(likelihood) or size < 1e-3:
                break
            size /= 2
        coefficients, likelihood = candidate, candidate_likelihood
        # The decrement is twice what the log likelihood can still gain: below this no estimate changes visibly.
        if decrement < 1e-6:
            break
    information = _information(design, transposed, n, shares)
    inverse = linalg.inv(information + np.diag(np.tile(penalty, 2)))
    return LogitModel(coefficients, inverse, float((inverse * information).sum()) / 2)


def group_shares(logits: Floats) -> tuple[Floats, Floats]:
    """Probabilities of promoter and detractor, (U, 2), and the log of the normaliser, (U,), from logits (U, 2)."""
    largest = np.maximum(logits.max(axis=1), 0)
    powers = np.exp(logits - largest[:, None])
    normaliser = powers.sum(axis=1) + np.exp(-largest)
    return powers / normaliser[:, None], np.log(normaliser) + largest


def _penalised_likelihood(
    design: sparse.csr_array, coefficients: Floats, counts: Floats, penalty: Floats
) -> tuple[Floats, float]:
    """Each row's probabilities of promoter and detractor, (U, 2), and the penalised log likelihood."""
    logits = design @ coefficients.T
    shares, log_normaliser = group_shares(logits)
    likelihood = float((counts[:, [0, 2]] * logits).sum() - counts.sum(axis=1) @ log_normaliser)
    return shares, likelihood - float((penalty * coefficients**2).sum()) / 2


def _information(design: sparse.csr_array, transposed: sparse.csr_array, n: Floats, shares: Floats) -> Floats:
    """Minus the second derivative of the log likelihood, (2P, 2P)."""
    row_lengths = np.diff(design.indptr)

    def block(weights: Floats) -> Floats:
        weighted = sparse.csr_array(
            (design.data * np.repeat(weights, row_lengths), design.indices, design.indptr), design.shape
        )
        product: Floats = (transposed @ weighted).toarray()
        return product

    promoter, detractor = shares.T
    across = block(-n * promoter * detractor)
    return np.block([[block(n * promoter * (1 - promoter)), across], [across, block(n * detractor * (1 - detractor))]])
