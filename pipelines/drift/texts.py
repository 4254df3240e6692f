"""Tests of length and content among comments of the same language, so that another mix of languages is neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import norm, rankdata

from models.arrays import Floats, Integers, Vectors

#: Fewest comments of a language on each side.
_MIN_OF_LANGUAGE = 20

#: Random relabellings of a permutation test: the smallest p-value is a thousandth.
_PERMUTATIONS = 999


@dataclass(frozen=True, slots=True)
class TwoSample:
    """A p-value and the effect that belongs to it."""

    p_value: float
    effect: float


def length_test(
    newest: Integers, before: Integers, languages: Integers, languages_before: Integers
) -> TwoSample | None:
    """Whether comments (n,) are longer or shorter than those before, (m,), with the languages of each.

    The stratified rank sum test (van Elteren 1960), two-sided, with the tie correction. The effect is Cliff's delta,
    P(longer) - P(shorter), the mean of the languages weighted by the newest comments. None for too few.
    """
    centre = variance = delta = weights = 0.0
    for rows, rows_before in _by_language(languages, languages_before):
        n, m = len(rows), len(rows_before)
        pooled = np.concatenate([newest[rows], before[rows_before]])
        ranks = rankdata(pooled)
        _, ties = np.unique(pooled, return_counts=True)
        u = ranks[:n].sum() - n * (n + 1) / 2 - n * m / 2
        total, weight = n + m, 1 / (n + m + 1)
        centre += weight * u
        variance += weight**2 * n * m / 12 * (total + 1 - (ties**3 - ties).sum() / (total * (total - 1)))
        delta += n * 2 * u / (n * m)
        weights += n
    if not weights:
        return None
    p_value = float(2 * norm.sf(abs(centre) / np.sqrt(variance))) if variance else 1.0
    return TwoSample(p_value, float(delta / weights))


def content_test(
    newest: Vectors, before: Vectors, languages: Integers, languages_before: Integers, rng: np.random.Generator
) -> TwoSample | None:
    """Whether the vectors (n, d) of comments are distributed as those before, (m, d), with the languages of each.

    The energy distance E = 2 E|X-Y| - E|X-X'| - E|Y-Y'|, unbiased, with a permutation test within languages. The
    effect is the energy coefficient E / (2 E|X-Y|), 0 … 1, 0 for equal distributions (Székely and Rizzo 2013). Both are
    means of the languages, weighted by the newest comments. None for too few.
    """
    energies, scale, weights = np.zeros(_PERMUTATIONS + 1), 0.0, 0
    for rows, rows_before in _by_language(languages, languages_before):
        n = len(rows)
        pooled = np.concatenate([newest[rows], before[rows_before]])
        distances = cdist(pooled, pooled).astype(np.float32)
        sides = np.zeros((_PERMUTATIONS + 1, len(pooled)), np.float32)
        sides[:, :n] = 1
        rng.permuted(sides[1:], axis=1, out=sides[1:])
        within_before, between, within = _mean_distances(distances, sides)
        energies += n * (2 * between - within - within_before)
        scale += n * 2 * float(between[0])
        weights += n
    if not weights:
        return None
    is_as_far = energies[1:] >= energies[0]
    p_value = float((1 + is_as_far.sum()) / (_PERMUTATIONS + 1))
    return TwoSample(p_value, max(0.0, float(energies[0])) / scale if scale else 0.0)


def _mean_distances(distances: NDArray[np.float32], sides: NDArray[np.float32]) -> tuple[Floats, Floats, Floats]:
    """For each row of `sides` (P, N), 1 for the newest of N comments: mean distances within those before, between the
    sides, and within the newest, (P,) each. `distances`: (N, N).
    """
    n = float(sides[0].sum())
    m = len(distances) - n
    to_newest = (sides @ distances).astype(np.float64)
    within = (to_newest * sides).sum(axis=1)
    between = to_newest.sum(axis=1) - within
    within_before = distances.sum(dtype=np.float64) - 2 * between - within
    return within_before / (m * (m - 1)), between / (n * m), within / (n * (n - 1))


def _by_language(languages: Integers, languages_before: Integers) -> Iterator[tuple[Integers, Integers]]:
    """The rows of each language of which both sides have enough."""
    for language in np.unique(languages):
        rows, rows_before = np.flatnonzero(languages == language), np.flatnonzero(languages_before == language)
        if min(len(rows), len(rows_before)) >= _MIN_OF_LANGUAGE:
            yield rows, rows_before


def sampled(rows: Integers, size: int, rng: np.random.Generator) -> Integers:
    """At most so many of the rows, at random, in their order."""
    return rows if len(rows) <= size else np.sort(rng.choice(rows, size, replace=False))
