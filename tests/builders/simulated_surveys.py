"""Simulated surveys with known truth: causes that are named together, with known effects on the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm

from models.arrays import Floats

Points = NDArray[np.int8]

_GROUP_POINTS = np.array([100, 0, -100], dtype=np.int8)

#: Correlation of the latent variables between the answers of one customer.
_LIKENESS = 0.8


@dataclass(frozen=True)
class SimulatedSurvey:
    """Complaints and praise: how often each is named, and its effect on satisfaction, in logits.

    Satisfaction is a latent variable with two thresholds, which part detractors, passives and promoters (ordered
    logit). `overlap` makes those who name one complaint more likely to name others. Each customer gives so many
    `answers`, in succession: what they name, and their scores, correlate by `_LIKENESS`. Every single response is
    distributed as without, so that the truth is the same.
    """

    blamed: tuple[float, ...] = (0.25, 0.2, 0.15, 0.12, 0.1, 0.1, 0.08, 0.08)
    costs: tuple[float, ...] = (1.5, 0.0, 1.2, 0.8, 0.5, 0.0, 1.6, 0.3)
    praised: tuple[float, ...] = (0.2, 0.15, 0.1)
    adds: tuple[float, ...] = (1.0, 0.8, 0.5)
    overlap: float = 0.7
    answers: int = 1

    def customer(self, responses: int) -> NDArray[np.int32]:
        """The customer of each response, (N,)."""
        return np.arange(responses, dtype=np.int32) // self.answers

    def draw(self, responses: int, seed: int) -> tuple[Points, sparse.csr_array, sparse.csr_array]:
        """Points (N,), who blames what (N, K), who praises what (N, L)."""
        generator = np.random.default_rng(seed)
        blamed, praised = self._named(responses, generator)
        promoter, detractor = self._probabilities(self._satisfaction(blamed, praised))
        drawn = self._uniform(generator, (responses,))
        points = _GROUP_POINTS[np.where(drawn < promoter, 0, np.where(drawn < 1 - detractor, 1, 2))]
        return points, sparse.csr_array(blamed), sparse.csr_array(praised)

    def truth(self, responses: int = 400_000, seed: int = 0) -> Floats:
        """The true recoverable points of each complaint, (K,): the expected NPS without its mentions, less the NPS."""
        blamed, praised = self._named(responses, np.random.default_rng(seed))
        satisfaction = self._satisfaction(blamed, praised)
        score = np.subtract(*self._probabilities(satisfaction)).mean()
        without = [satisfaction + cost * blamed[:, column] for column, cost in enumerate(self.costs)]
        return 100 * np.array([np.subtract(*self._probabilities(one)).mean() - score for one in without])

    def _named(self, responses: int, generator: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        shared = self.overlap * self._normal(generator, (responses, 1))
        limits = norm.ppf(self.blamed) * np.sqrt(1 + self.overlap**2)
        blamed = self._normal(generator, (responses, len(self.blamed))) + shared < limits
        return blamed, self._uniform(generator, (responses, len(self.praised))) < np.array(self.praised)

    def _normal(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        drawn = generator.normal(size=shape)
        if self.answers == 1:
            return drawn
        of_customers = generator.normal(size=shape)[: -(-shape[0] // self.answers)]
        own, common = np.sqrt(1 - _LIKENESS), np.sqrt(_LIKENESS)
        correlated: Floats = own * drawn + common * of_customers[self.customer(shape[0])]
        return correlated

    def _uniform(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        drawn: Floats = generator.random(shape) if self.answers == 1 else norm.cdf(self._normal(generator, shape))
        return drawn

    def _satisfaction(self, blamed: NDArray[np.bool_], praised: NDArray[np.bool_]) -> Floats:
        satisfaction: Floats = 0.6 - blamed @ np.array(self.costs) + praised @ np.array(self.adds)
        return satisfaction

    def _probabilities(self, satisfaction: Floats) -> tuple[Floats, Floats]:
        """Of being promoter and detractor."""
        return 1 / (1 + np.exp(0.8 - satisfaction)), 1 / (1 + np.exp(0.5 + satisfaction))


def random_effects(seed: int, overlap: float) -> SimulatedSurvey:
    """Twelve complaints: named by 4 to 22 %, four of them without effect, the others costing 0.2 to 2.2 logits."""
    generator = np.random.default_rng(seed)
    rates = np.exp(generator.uniform(np.log(0.04), np.log(0.22), 12))
    costs = generator.uniform(0.2, 2.2, 12)
    costs[generator.permutation(12)[:4]] = 0
    return SimulatedSurvey(tuple(rates.tolist()), tuple(costs.tolist()), overlap=overlap)
