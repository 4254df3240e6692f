"""Prediction-powered estimates: a model's numbers on all units, corrected by a labelled random sample."""

from __future__ import annotations

import numpy as np

from models.arrays import Floats


def prediction_powered(
    person: tuple[Floats, Floats],
    model: tuple[Floats, Floats],
    on_all: Floats,
    on_all_variance: Floats,
    sample_share: float,
) -> tuple[Floats, Floats]:
    """Prediction-powered estimates of K numbers and their variances: (K,), (K,).

    `person` and `model` are estimates from the sample, (K,), with the influences of its n units, (n, K): by the
    person's labels and by the model's. `on_all` and its variance are the model's estimates from all N units, of which
    the sample is the `sample_share`. The estimate is

        person + λ·(on_all - model),    λ = cov(person, model)/var(model) in the sample, clipped to 0 … 1

    It is unbiased whatever errors the model makes, and its variance is smaller the better the model is; with λ = 0 it
    is the estimate from the sample alone. Sources: Angelopoulos and others, "Prediction-powered inference", Science 382
    (2023), and "PPI++" (2023) for λ; for numbers that are not means Chen and Chen, "A unified approach to regression
    analysis under double-sampling designs", JRSS B 62 (2000).
    """
    (person_value, person_influence), (model_value, model_influence) = person, model
    n = len(person_influence)
    covariance, model_variance = (person_influence * model_influence).sum(axis=0), (model_influence**2).sum(axis=0)
    weight = np.clip(covariance / np.where(model_variance > 0, model_variance, 1), 0, 1)
    residual = person_influence - weight * (1 - sample_share) * model_influence
    variance = (residual**2).sum(axis=0) / n**2 + weight**2 * (1 - sample_share) * on_all_variance
    return person_value + weight * (on_all - model_value), variance
