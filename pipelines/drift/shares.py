"""Tests of shares: how many comments of each side have a property, for many properties at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from models.arrays import Floats, Integers
from pipelines.impact.multiple_testing import holm


@dataclass(frozen=True, slots=True)
class Shares:
    """K properties: how many of `n` comments have each, and how many of `n_before`, (K,)."""

    ids: tuple[str, ...]
    counts: Integers
    n: int
    counts_before: Integers
    n_before: int

    @property
    def p_values(self) -> Floats:
        """Two-sided, (K,), of Fisher's exact test: twice the smaller tail. Corrected for the K properties (Holm)."""
        total, having = self.n + self.n_before, self.counts + self.counts_before
        lower = hypergeom.cdf(self.counts, total, having, self.n)
        upper = hypergeom.sf(self.counts - 1, total, having, self.n)
        p_values: Floats = np.minimum(2 * np.minimum(lower, upper), 1.0)
        return holm(p_values) if len(self.ids) > 1 else p_values

    @property
    def effects(self) -> Floats:
        """Cohen's h, (K,): 2 asin √p - 2 asin √p_before, which weighs changes of small and of large shares alike."""
        after, before = np.sqrt(self.counts / self.n), np.sqrt(self.counts_before / self.n_before)
        return np.asarray(2 * np.arcsin(after) - 2 * np.arcsin(before))


def shares_of_codes(ids: tuple[str, ...], newest: Integers, before: Integers) -> Shares:
    """Shares of the values of a property of which each comment has one: indices into `ids`, (n,) and (m,)."""
    counts, counts_before = (np.bincount(codes, minlength=len(ids)) for codes in (newest, before))
    return Shares(ids, counts, len(newest), counts_before, len(before))
