"""Which comments to label next.

- `diverse_uncertain`: where the model is unsure, and not ten times of the same: BADGE, k-means++ over the gradients
  that the labels which the model would give have on its last layer. J. Ash, C. Zhang, A. Krishnamurthy, J. Langford,
  A. Agarwal, Deep Batch Active Learning by Diverse, Uncertain Gradient Lower Bounds, ICLR 2020.
- `uncertainty`: least confidence, D. Lewis, W. Gale, A Sequential Algorithm for Training Text Classifiers, SIGIR 1994.
- `ranking_value`: what a label would take from the variance of the causes at the top of the ranking.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.arrays import Vectors

Numbers = NDArray[np.float64]


def uncertainty(probabilities: Numbers) -> Numbers:
    """1 - the probability of the most probable label (n,), of calibrated probabilities (n, labels)."""
    return np.asarray(1 - probabilities.max(axis=1), np.float64)


def diverse_uncertain(probabilities: Numbers, vectors: Vectors, size: int, *, seed: int = 0) -> list[int]:
    """The indices of at most `size` of n things, in the order in which they are chosen.

    The gradient of a thing with the probabilities p (labels) and the vector x (hidden) is (p - e) x', where e is 1 at
    the most probable label: long where the model is unsure. The first is the longest; each next is drawn with a
    probability in proportion to the squared distance to the closest one that is chosen already (k-means++). What is
    left when all distances are 0 comes in order.
    """
    number = len(probabilities)
    residuals = probabilities.astype(np.float64).copy()
    residuals[np.arange(number), probabilities.argmax(axis=1)] -= 1
    states = vectors.astype(np.float64)
    squares = (residuals**2).sum(axis=1) * (states**2).sum(axis=1)
    generator = np.random.default_rng(seed)
    chosen: list[int] = []
    distances = squares.copy()
    while len(chosen) < min(size, number):
        total = distances.sum()
        if not chosen:
            index = int(squares.argmax())
        elif total > 0:
            index = int(generator.choice(number, p=distances / total))
        else:
            rest = [index for index in range(number) if index not in set(chosen)]
            return [*chosen, *rest[: size - len(chosen)]]
        chosen.append(index)
        # |a x' - b y'|² = |a|²|x|² + |b|²|y|² - 2 (a·b)(x·y): no gradient is ever made.
        products = (residuals @ residuals[index]) * (states @ states[index])
        distances = np.minimum(distances, np.maximum(squares + squares[index] - 2 * products, 0))
        distances[chosen] = 0
    return chosen


def ranking_value(
    named: Sequence[Mapping[str, float]], impacts: Mapping[str, tuple[float, int]], responses: Sequence[int]
) -> Numbers:
    """What labelling each of n comments would take from the variance of the top causes, (n,), in points².

    `named` has the probability p with which a comment names a cause, `impacts` of each cause at the top its points d
    and the number m of responses that name it, `responses` how many have this comment. A response that names a cause
    weighs d / m points; whether it does is uncertain by p (1 - p), which a label removes from all r responses with this
    comment at once. The value is the sum over causes of (r d / m)² p (1 - p), the variance of a Bernoulli variable
    times the square of its weight.
    """
    values = np.zeros(len(named))
    for index, (probabilities, number) in enumerate(zip(named, responses, strict=True)):
        for cause, probability in probabilities.items():
            if cause in impacts:
                points, mentions = impacts[cause]
                weight = number * points / max(mentions, 1)
                values[index] += weight**2 * probability * (1 - probability)
    return values


def largest(values: Numbers, size: int, without: Collection[int] = ()) -> list[int]:
    """The indices of at most `size` of the values that are above 0, the largest first; equal ones in order."""
    order = np.argsort(-values, kind="stable")
    return [int(index) for index in order if values[index] > 0 and int(index) not in without][:size]
