"""The plan of a fine-tuning: the batches, one for each step, and the learning rate of each step."""

from __future__ import annotations

from math import ceil

import numpy as np

from models.arrays import Integers
from training.fit.recipe import Recipe

#: Lowest learning rate, relative to the highest.
_MIN_FACTOR = 0.02


def plan_batches(lengths: Integers, recipe: Recipe) -> list[Integers]:
    """The batches of all steps: indices of examples. `lengths` (examples,) in tokens; epochs may be a fraction."""
    epochs = ceil(recipe.epochs)
    batches = [
        batch
        for epoch in range(epochs)
        for batch in random_batches(lengths, recipe.batch_tokens, np.random.default_rng([recipe.seed, epoch]))
    ]
    return batches[: round(len(batches) * recipe.epochs / epochs)]


def random_batches(lengths: Integers, tokens: int, generator: np.random.Generator) -> list[Integers]:
    """One epoch: the batches of `batches_by_length`, with random members, in random order."""
    order = generator.permutation(len(lengths))
    batches = [order[batch] for batch in batches_by_length(lengths[order], tokens)]
    return [batches[i] for i in generator.permutation(len(batches))]


def batches_by_length(lengths: Integers, tokens: int) -> list[Integers]:
    """Batches of about `tokens` tokens, each of texts with the same padded length; indices in the order of the texts.

    So there are few distinct shapes: matrix kernels are compiled for every new shape.
    """
    padded = padded_length(lengths)
    batches = []
    for length in np.unique(padded):
        members = np.flatnonzero(padded == length)
        size = max(1, tokens // int(length))
        batches += [members[start : start + size] for start in range(0, len(members), size)]
    return batches


def padded_length(length: Integers) -> Integers:
    """Length rounded up to a multiple of 8."""
    return (length + 7) // 8 * 8


def learning_rate_factor(step: int, steps: int, warmup: float) -> float:
    """Factor of the learning rate in step 1 … `steps`: linear rise over the share `warmup`, then linear decay."""
    rising = warmup * steps
    return min(step / rising, 1.0) * max(_MIN_FACTOR, 1 - max(0.0, step - rising) / (steps - rising))
