"""Simulated surveys of which the truth is known: causes that are named together and cost what was planted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm

from models.arrays import Floats

Points = NDArray[np.int8]

_VALUES = np.array([100, 0, -100], dtype=np.int8)


@dataclass(frozen=True)
class Planted:
    """Causes of complaint and of praise: how often each is named and what it does to the mood, in logits.

    `overlap` makes those who name one complaint more likely to name others.
    """

    blamed: tuple[float, ...] = (0.25, 0.2, 0.15, 0.12, 0.1, 0.1, 0.08, 0.08)
    costs: tuple[float, ...] = (1.5, 0.0, 1.2, 0.8, 0.5, 0.0, 1.6, 0.3)
    praised: tuple[float, ...] = (0.2, 0.15, 0.1)
    adds: tuple[float, ...] = (1.0, 0.8, 0.5)
    overlap: float = 0.7

    def draw(self, responses: int, seed: int) -> tuple[Points, sparse.csr_array, sparse.csr_array]:
        """Points (N,), who blames what (N, K), who praises what (N, L)."""
        generator = np.random.default_rng(seed)
        blamed, praised = self._named(responses, generator)
        promoter, detractor = self._chances(self._mood(blamed, praised))
        drawn = generator.random(responses)
        points = _VALUES[np.where(drawn < promoter, 0, np.where(drawn < 1 - detractor, 1, 2))]
        return points, sparse.csr_array(blamed), sparse.csr_array(praised)

    def truth(self, responses: int = 400_000, seed: int = 0) -> Floats:
        """The points that each complaint costs: NPS without its mentions less NPS, where the model is known, (K,)."""
        blamed, praised = self._named(responses, np.random.default_rng(seed))
        mood = self._mood(blamed, praised)
        now = np.subtract(*self._chances(mood)).mean()
        without = [mood + cost * blamed[:, place] for place, cost in enumerate(self.costs)]
        return 100 * np.array([np.subtract(*self._chances(mood)).mean() - now for mood in without])

    def _named(self, responses: int, generator: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        trouble = self.overlap * generator.normal(size=(responses, 1))
        limits = norm.ppf(self.blamed) * np.sqrt(1 + self.overlap**2)
        blamed = generator.normal(size=(responses, len(self.blamed))) + trouble < limits
        return blamed, generator.random((responses, len(self.praised))) < np.array(self.praised)

    def _mood(self, blamed: NDArray[np.bool_], praised: NDArray[np.bool_]) -> Floats:
        mood: Floats = 0.6 - blamed @ np.array(self.costs) + praised @ np.array(self.adds)
        return mood

    def _chances(self, mood: Floats) -> tuple[Floats, Floats]:
        """To be promoter and detractor."""
        return 1 / (1 + np.exp(0.8 - mood)), 1 / (1 + np.exp(0.5 + mood))


def random_effects(seed: int, overlap: float) -> Planted:
    """Twelve complaints: named by 4 to 22 of 100, four of them harmless, the others costing 0.2 to 2.2 logits."""
    generator = np.random.default_rng(seed)
    rates = np.exp(generator.uniform(np.log(0.04), np.log(0.22), 12))
    costs = generator.uniform(0.2, 2.2, 12)
    costs[generator.permutation(12)[:4]] = 0
    return Planted(tuple(rates.tolist()), tuple(costs.tolist()), overlap=overlap)
