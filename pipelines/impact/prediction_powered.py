"""Prediction-powered estimates: a model's numbers on all data, corrected on a labelled sample."""

from __future__ import annotations

import numpy as np

from models.arrays import Floats


def prediction_powered(
    person: tuple[Floats, Floats],
    model: tuple[Floats, Floats],
    whole: Floats,
    whole_variance: Floats,
    share: float,
) -> tuple[Floats, Floats]:
    """Prediction-powered estimates of K numbers and their variances: (K,), (K,).

    `person` and `model` are the numbers, (K,), and how each of the n units of the random sample moves them, (n, K),
    by the person's labels and by the model's; `whole` and its variance those by the model's labels of all N units, of
    which the sample is the `share`. The estimate is

        person + λ·(whole - model),    λ = cov(person, model)/var(model) in the sample, within 0 … 1

    which is right whatever the model gets wrong, and the surer the more it gets right: with λ = 0 it is that of the
    sample alone. Sources: Angelopoulos and others, "Prediction-powered inference", Science 382 (2023), and "PPI++"
    (2023) for λ; for numbers that are no means Chen and Chen, "A unified approach to regression analysis under
    double-sampling designs", JRSS B 62 (2000).
    """
    (value, moves), (predicted, predicted_moves) = person, model
    n = len(moves)
    both, alone = (moves * predicted_moves).sum(axis=0), (predicted_moves**2).sum(axis=0)
    weight = np.clip(both / np.where(alone > 0, alone, 1), 0, 1)
    left = moves - weight * (1 - share) * predicted_moves
    variance = (left**2).sum(axis=0) / n**2 + weight**2 * (1 - share) * whole_variance
    return value + weight * (whole - predicted), variance
